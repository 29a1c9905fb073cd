"""Whatever a provider sends, turned into 16-bit mono PCM while it arrives."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from wyoming_tts.audio.codecs import libav
from wyoming_tts.audio.codecs.damage import CutShort, Damaged
from wyoming_tts.audio.codecs.flac import FlacCodec
from wyoming_tts.audio.codecs.framed import adts_codec
from wyoming_tts.audio.codecs.inbox import Inbox
from wyoming_tts.audio.codecs.mp3 import Mp3Codec
from wyoming_tts.audio.codecs.opus import OpusCodec
from wyoming_tts.audio.codecs.raw import RawCodec
from wyoming_tts.audio.codecs.tag import HEAD_BYTES, tag_bytes
from wyoming_tts.audio.codecs.wav import WavCodec
from wyoming_tts.audio.fault import Fault
from wyoming_tts.audio.sniff import Content, sniff
from wyoming_tts.errors import BadAudio, NoAudio, ProviderUnavailable, SpeechCutOff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wyoming_tts.audio.codecs.base import Codec
    from wyoming_tts.speech.audio import AudioFormat

SNIFFED_BYTES = 16 * 1024
"""More than two frames of anything; most bodies are known by their first four bytes."""

COMPRESSED: Mapping[Content, Callable[[], Codec]] = {
    Content.MP3: Mp3Codec,
    Content.AAC: adts_codec,
    Content.OGG: OpusCodec,
    Content.FLAC: FlacCodec,
}
"""What the extra `codecs` is needed for."""


NO_AUDIO: Mapping[Content, str] = {
    Content.TEXT: Fault.TEXT,
    Content.OTHER: "a file that is not decoded here",
}


class CodecsMissing(ProviderUnavailable):
    """It sends a compressed format and the extra that decodes it is not installed; asking again would only cost."""

    retryable = False
    heals = False

    def __init__(self, content: Content, *, provider: str) -> None:
        super().__init__(f"sends {content.name} audio, which needs the extra `{libav.EXTRA}`", provider=provider)


class Decoder:
    """Takes the body of one utterance in any pieces. What is wrong with it is BadAudio, SpeechCutOff, CodecsMissing."""

    def __init__(self, provider: str, *, pcm: AudioFormat | None = None) -> None:
        """`pcm` is what the body is where it begins like nothing else; without it such a body is BadAudio."""
        self.provider = provider
        """Stands in every error."""
        self._pcm = pcm
        self._inbox = Inbox()
        self._content: Content | None = None
        self._codec: Codec | None = None

    @property
    def format(self) -> AudioFormat | None:
        """16-bit mono at the source's rate; None until that is known."""
        return self._codec.format if self._codec is not None else None

    @property
    def unprepared(self) -> bool:
        """The next step imports a library, which takes 0.1 s or more; `prepare` in a thread does it before."""
        return self._codec is None and self._content in COMPRESSED and not libav.is_loaded()

    def prepare(self) -> None:
        """Import what the body needs; raises CodecsMissing."""
        try:
            libav.library()
        except ImportError as error:
            raise self._missing() from error

    def feed(self, data: bytes) -> bytes:
        """Return the PCM that is certain by now, in whole frames; may be empty."""
        return b"".join(self.steps(data))

    def end(self) -> bytes:
        """Return the rest; raises SpeechCutOff where the body says itself that it is not whole."""
        return b"".join(self.last_steps())

    def steps(self, data: bytes) -> Iterator[bytes]:
        """Do what `feed` does little by little: no step takes long, or returns much. Has to be read to its end."""
        self._inbox.put(data)
        while (pcm := self._step()) is not None:
            yield pcm

    def last_steps(self) -> Iterator[bytes]:
        """Do what `end` does little by little."""
        self._inbox.ended = True
        while (pcm := self._step()) is not None:
            yield pcm
        self._judge()

    def _step(self) -> bytes | None:
        with self._translated():
            if self._codec is not None:
                return self._codec.step(self._inbox)
            if self._content is None:
                return self._look()
            self._codec = self._chosen(self._content)
        return b""

    def _judge(self) -> None:
        if not self._inbox.seen_bytes:
            raise NoAudio(provider=self.provider)
        with self._translated():
            if self._codec is None:
                raise Damaged("nothing behind the tag")
            self._codec.end(self._inbox)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except CutShort as error:
            raise SpeechCutOff(str(error), provider=self.provider) from error
        except Damaged as error:
            raise BadAudio(str(error), provider=self.provider) from error
        except ImportError as error:
            raise self._missing() from error

    def _look(self) -> bytes | None:
        """Find out what it is."""
        head = self._inbox.peek(SNIFFED_BYTES)
        content = sniff(head, ended=self._inbox.ended) if head else None
        if content is Content.TAG:
            self._inbox.skip(tag_bytes(head[:HEAD_BYTES]) or len(head))
            return b""
        self._content = content
        return b"" if content is not None else None

    def _chosen(self, content: Content) -> Codec:
        if content in COMPRESSED:
            return COMPRESSED[content]()
        if content is Content.WAV:
            return WavCodec()
        if content is Content.PLAIN and self._pcm is not None:
            return RawCodec(self._pcm)
        raise Damaged(NO_AUDIO.get(content, "not audio"))

    def _missing(self) -> CodecsMissing:
        return CodecsMissing(self._content or Content.OTHER, provider=self.provider)
