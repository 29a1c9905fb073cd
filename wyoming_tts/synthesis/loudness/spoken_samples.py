"""Enough of what a voice has said to tell how loud it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wyoming_tts.synthesis.recent import Recent

if TYPE_CHECKING:
    from wyoming_tts.speech.audio import AudioFormat
    from wyoming_tts.speech.voice import VoiceName

ENOUGH_S = 8.0
"""Two or three sentences: over less than 6 s one loud word moves the result by more than anybody would hear."""

MAX_VOICES = 16
"""Voices collected at once, 0.4 MB each at 24,000 Hz."""


@dataclass(frozen=True, slots=True)
class SpokenSample:
    """What one version of a voice has said, over one or more utterances, at its natural volume."""

    name: VoiceName
    version: str
    format: AudioFormat
    pcm: bytearray = field(default_factory=bytearray)


class SpokenSamples:
    """Collects audio by voice until there is enough of it; holds a bounded number of bytes."""

    def __init__(self) -> None:
        self._growing: Recent[VoiceName, SpokenSample] = Recent(MAX_VOICES)
        self._ready: Recent[VoiceName, SpokenSample] = Recent(MAX_VOICES)

    def wants(self, name: VoiceName) -> bool:
        """Whether more of this voice helps."""
        return name not in self._ready

    def add(self, name: VoiceName, version: str, audio_format: AudioFormat, pcm: bytes | bytearray) -> None:
        """Take audio of one whole utterance; what was collected in another format or version is dropped."""
        if not self.wants(name):
            return
        sample = self._growing.get(name)
        if sample is None or (sample.version, sample.format) != (version, audio_format):
            sample = SpokenSample(name, version, audio_format)
            self._growing.put(name, sample)
        enough = audio_format.size(ENOUGH_S)
        sample.pcm.extend(memoryview(pcm)[: enough - len(sample.pcm)])
        if len(sample.pcm) >= enough:
            self._growing.pop(name)
            self._ready.put(name, sample)

    def take(self) -> SpokenSample | None:
        """Return one that is long enough, and forget it; None where there is none."""
        waiting = self._ready.keys()
        return self._ready.pop(waiting[0]) if waiting else None
