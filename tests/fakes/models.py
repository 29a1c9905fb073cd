"""Models a worker can load in tests: `tests.fakes.models` with options that say how they behave.

A text is spoken word by word; some words do something else (see `_WORDS`), so that one model serves every test.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from wyoming_tts.models.base import Remarks
from wyoming_tts.speech.audio import AudioFormat, Mark
from wyoming_tts.speech.voice import Voice
from wyoming_tts.speech.voice_file import UnusableFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from wyoming_tts.models.base import Sink
    from wyoming_tts.speech.utterance import Utterance

FORMAT = AudioFormat(16_000)
WORD_S = 0.1
"""Audio of one word."""
VOICES = (
    Voice("one", ("en-GB", "en"), "One", gender="f", quality=2, version="1.2"),
    Voice("two", ("de-DE",), speakers=("anna", "bert"), attribution_name="Somebody", attribution_url="http://x.test"),
)
REMARKS = Remarks(
    ("loud",),
    (UnusableFile("three.bin", "broken"),),
    whole=(UnusableFile("two.bin", "other-network"),),
    marked=("one",),
)


class WordModel:
    """Speaks a word a step: 0.1 s of a constant sample, with a mark."""

    def __init__(self, options: dict[str, object]) -> None:
        self.interleaves = bool(options.get("interleaves", True))
        self._broken_voices = bool(options.get("broken_voices"))
        self._ballast = b""

    def voices(self) -> Sequence[Voice]:
        if self._broken_voices:
            raise OSError
        return VOICES

    def remarks(self) -> Remarks:
        return REMARKS

    def load(self, voice: str) -> None:
        if voice == "huge":
            raise MemoryError
        if voice == "fat":
            self._ballast = os.urandom(64 * 1024 * 1024)
            return
        self._check(voice, None)

    def steps(self, utterance: Utterance, sink: Sink) -> Iterator[None]:
        self._check(utterance.voice, utterance.speaker)
        if "\0" in utterance.text:
            raise ValueError(utterance.text)
        sink.open(FORMAT)
        offset = 0
        for word in utterance.text.split(" "):
            if sink.cancelled:
                return
            pcm = b"\x01\x02" * (FORMAT.size(WORD_S) // 2)
            at_s = round(WORD_S * utterance.text.count(" ", 0, offset), 3)
            _WORDS.get(word, _nothing)(sink)
            sink.emit(pcm, (Mark(offset, at_s),))
            offset += len(word) + 1
            yield

    def close(self) -> None:
        pass

    def _check(self, voice: str, speaker: str | None) -> None:
        known = {known.name: known.speakers for known in VOICES}
        if speaker is not None and speaker not in known[voice]:
            raise KeyError(speaker)
        _ = known[voice]


def _nothing(_: Sink) -> None:
    pass


def _fail(_: Sink) -> None:
    raise RuntimeError("the secret words")


def _die(_: Sink) -> None:
    """Die, but let what was said before leave the process."""
    time.sleep(0.2)
    os.write(2, b"the secret words\nand more\n")
    os._exit(7)


def _hang(sink: Sink) -> None:
    """Be stuck until the utterance is cancelled, as an engine that can be stopped."""
    stopped = threading.Event()
    sink.on_cancel(stopped.set)
    stopped.wait(30)


def _stuck(_: Sink) -> None:
    """Be stuck whatever happens."""
    time.sleep(30)


def _hangup(_: Sink) -> None:
    """Close every connection and take no more, but live on."""
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError), socket.socket(fileno=os.dup(int(entry.name))) as connection:
            connection.shutdown(socket.SHUT_RDWR)
    time.sleep(30)


def _slow(_: Sink) -> None:
    """Take as long as a medium voice for a window."""
    time.sleep(0.02)


def _half(sink: Sink) -> None:
    sink.emit(b"\x00")


def _long(sink: Sink) -> None:
    """A whole sentence in one piece, larger than any frame may be."""
    sink.emit(bytes(3 * 1024 * 1024))


_WORDS: dict[str, Callable[[Sink], None]] = {
    "FAIL": _fail,
    "DIE": _die,
    "HANG": _hang,
    "STUCK": _stuck,
    "HANGUP": _hangup,
    "SLOW": _slow,
    "HALF": _half,
    "LONG": _long,
}


def create(options: dict[str, object]) -> WordModel:
    if options.get("fails"):
        raise FileNotFoundError("somewhere")
    if options.get("never"):
        time.sleep(60)
    return WordModel(options)
