"""MP3, without the silence that its encoder put round the sound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wyoming_tts.audio.codecs.damage import CutShort
from wyoming_tts.audio.codecs.framed import FramedCodec
from wyoming_tts.audio.codecs.mp3_info import Mp3Info
from wyoming_tts.audio.codecs.mpeg_header import MpegHeader
from wyoming_tts.audio.codecs.trim import Trim

if TYPE_CHECKING:
    from wyoming_tts.audio.codecs.inbox import Inbox


class Mp3Codec(FramedCodec[MpegHeader]):
    """Also several files in a row."""

    def __init__(self) -> None:
        super().__init__("mp3float", MpegHeader.parse)
        self._trim = Trim()
        self._missing_frames = 0
        """How many more the files said they have; less than none where one did not say."""

    def sound(self, header: MpegHeader, frame: bytes) -> bytes:
        """Return what is heard of the frame: nothing of one that tells about the file."""
        info = Mp3Info.parse(header, frame)
        if info is not None:
            self._missing_frames = max(0, self._missing_frames) + info.frames
            self._trim = Trim(skip_samples=info.skip_samples, most_samples=info.samples)
            return b""
        self._missing_frames -= 1
        if self._missing_frames < 0 and self._trim.over:  # another file, that does not tell about itself
            self._trim = Trim()
        return self._trim.cut(super().sound(header, frame))

    def end(self, inbox: Inbox) -> None:
        """Complain also of frames that were announced and did not come."""
        super().end(inbox)
        if self._missing_frames > 0:
            raise CutShort("fewer frames than the MP3 says")
