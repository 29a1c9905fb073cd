"""The eSpeak NG shared library through ctypes: its calls, its structures and its traps, without any policy.

The library's state is global: one instance per process, used by one thread at a time.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import espeakng_loader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Names and values from espeak-ng's speak_lib.h.
AUDIO_OUTPUT_SYNCHRONOUS = 2
INITIALIZE_DONT_EXIT = 0x8000
CHARS_UTF8 = 1
END_PAUSE = 0x1000
EVENT_LIST_TERMINATED = 0
EVENT_WORD = 1
RATE, VOLUME, PITCH = 1, 2, 3

# Callbacks of at most 1,324 samples, so that the first audio and a cancel wait for 60 ms of speech and no more.
BUFFER_MS = 60
# The library silently drops a longer path (its own buffer is 160 bytes) and looks elsewhere for its data.
LONGEST_DATA_PATH_BYTES = 120


@dataclass(frozen=True, slots=True)
class EspeakVoice:
    """A voice or a variant as the library lists it."""

    identifier: str
    """Its file, relative to the library's folder: the only name that is never ambiguous."""
    title: str
    languages: tuple[tuple[int, str], ...]
    """Priority (small is preferred) and espeak's language code, the main one first."""
    gender: str | None


@dataclass(frozen=True, slots=True)
class WordEvent:
    """A word begins: 0-based character in the text, and sample of the utterance."""

    offset: int
    sample: int


class _Voice(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_void_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    )


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.POINTER(_Event))


class EspeakLibrary:
    """The opened library. Use `open()`; `close()` may be called twice."""

    def __init__(self, library: ctypes.CDLL, data: Path, scratch: Path | None) -> None:
        self._library = library
        self._scratch = scratch
        self._open = True
        self._selected = ""
        self.data = data
        """The folder with the dictionaries."""
        self.rate = 0
        """Samples per second."""
        self.version = ""

    @classmethod
    def open(cls, data: Path | None = None) -> Self:
        """Load the library and its data (those of the installed package unless told). Raises RuntimeError, OSError."""
        library = ctypes.CDLL(espeakng_loader.get_library_path())
        library.espeak_Info.restype = ctypes.c_char_p
        library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        path, scratch = _short(data or Path(espeakng_loader.get_data_path()))
        opened = cls(library, path, scratch)
        try:
            opened._initialize()
        except RuntimeError:
            opened.close()
            raise
        return opened

    def _initialize(self) -> None:
        path = os.fsencode(self.data)
        self.rate = self._library.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, BUFFER_MS, path, INITIALIZE_DONT_EXIT)
        # Missing data are answered with 0, and another folder's data with a rate as if all were well.
        if self.rate <= 0:
            raise RuntimeError("eSpeak NG found no usable data")
        used = ctypes.c_char_p()
        self.version = self._library.espeak_Info(ctypes.byref(used)).decode("ascii", "replace")
        if not Path(os.fsdecode(used.value or b"")).is_relative_to(self.data):
            raise RuntimeError("eSpeak NG did not take the data it was given")

    def voices(self, *, variants: bool = False) -> list[EspeakVoice]:
        """Return the voices, or the variants that can be put on any of them."""
        wanted = None
        if variants:
            language = ctypes.cast(ctypes.c_char_p(b"variant"), ctypes.c_void_p)
            wanted = ctypes.byref(_Voice(languages=language))
        listed = self._library.espeak_ListVoices(wanted)
        found: list[EspeakVoice] = []
        while listed[len(found)]:
            found.append(_read_voice(listed[len(found)].contents))
        return found

    def select(self, name: str) -> None:
        """Make a voice (`identifier` or `identifier+variant`) the current one. Raises RuntimeError."""
        if name == self._selected:  # reading its file again would take 0.4 ms, half of the way to the first sound
            return
        self._selected = ""
        # An unknown one would leave the previous voice speaking: the answer has to be looked at.
        if self._library.espeak_SetVoiceByName(name.encode()):
            raise RuntimeError("eSpeak NG cannot load the voice")
        self._selected = name

    def adjust(self, *, words_per_minute: int, pitch: int, volume: int) -> None:
        """Set how to speak; needed after every `select()`, or the speed of the previous voice's file stays."""
        for parameter, value in ((RATE, words_per_minute), (PITCH, pitch), (VOLUME, volume)):
            if self._library.espeak_SetParameter(parameter, value, 0):
                raise RuntimeError("eSpeak NG refused a setting")

    def speak(self, text: str, take: Callable[[bytes, list[WordEvent]], bool]) -> None:
        """Speak, handing 16-bit mono PCM to `take` until it returns False; what `take` raises leaves here.

        No markup of any kind is obeyed. The text holds no NUL and no lone surrogate.
        """
        failures: list[Exception] = []

        def relay(samples: int | None, count: int, events: Any) -> int:
            try:
                pcm = ctypes.string_at(samples, count * 2) if samples else b""
                return 0 if take(pcm, list(_words(events))) else 1
            except Exception as error:  # noqa: BLE001 - ctypes would print it and go on
                failures.append(error)
                return 1

        callback = _Callback(relay)
        self._library.espeak_SetSynthCallback(callback)
        data = text.encode()
        size = ctypes.c_size_t(len(data) + 1)
        status = self._library.espeak_Synth(data, size, 0, 0, 0, CHARS_UTF8 | END_PAUSE, None, None)
        if failures:
            raise failures[0]
        if status:
            raise RuntimeError(f"eSpeak NG failed with status {status}")

    def close(self) -> None:
        """Free the library's memory and remove what was put on the disk."""
        if self._open:
            self._open = False
            self._library.espeak_Terminate()
            if self._scratch is not None:
                shutil.rmtree(self._scratch, ignore_errors=True)


def _short(data: Path) -> tuple[Path, Path | None]:
    """Return a path the library takes, and the temporary folder to remove afterwards if one was needed."""
    data = data.absolute()
    if len(os.fsencode(data)) <= LONGEST_DATA_PATH_BYTES:
        return data, None
    root = tempfile.gettempdir()
    if len(os.fsencode(root)) > LONGEST_DATA_PATH_BYTES - 30:
        root = "/tmp"  # noqa: S108 - a private folder is made in it
    scratch = Path(tempfile.mkdtemp(prefix="espeak-", dir=root))
    link = scratch / "data"
    link.symlink_to(data)
    return link, scratch


def _read_voice(voice: _Voice) -> EspeakVoice:
    return EspeakVoice(
        identifier=os.fsdecode(voice.identifier or b""),
        title=(voice.name or b"").decode("utf-8", "replace").strip(),
        languages=tuple(_languages(voice.languages)),
        gender={1: "male", 2: "female"}.get(voice.gender),
    )


def _languages(address: int | None) -> Iterator[tuple[int, str]]:
    """Walk a list of (priority byte, NUL-terminated code), ended by a priority of 0."""
    while address and (priority := ctypes.string_at(address, 1)[0]):
        code = ctypes.string_at(address + 1)
        yield priority, code.decode("ascii", "replace").strip()
        address += len(code) + 2


def _words(events: Any) -> Iterator[WordEvent]:
    index = 0
    while events[index].type != EVENT_LIST_TERMINATED:
        event = events[index]
        if event.type == EVENT_WORD:
            yield WordEvent(offset=event.text_position - 1, sample=event.sample)
        index += 1
