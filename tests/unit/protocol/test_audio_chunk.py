"""The prepared head says what the event's own encoding says."""

from __future__ import annotations

import pytest
from wyoming.event import Event

from wyoming_tts.protocol.audio_chunk import AudioChunk
from wyoming_tts.protocol.framing import encode_event
from wyoming_tts.speech.audio import AudioFormat

FORMATS = [AudioFormat(22_050), AudioFormat(16_000, 4, 2)]


def said(format_: AudioFormat) -> dict[str, int]:
    return {"rate": format_.rate, "width": format_.width, "channels": format_.channels}


@pytest.mark.parametrize("format_", FORMATS)
@pytest.mark.parametrize("size", [2, 4096, 65_536])
def test_head_and_payload_are_the_bytes_of_the_event(format_: AudioFormat, size: int) -> None:
    pcm = bytes(size)
    assert AudioChunk(format_).head(size) + pcm == encode_event(Event("audio-chunk", said(format_), pcm))


@pytest.mark.parametrize("format_", FORMATS)
def test_the_start_is_the_whole_event(format_: AudioFormat) -> None:
    assert AudioChunk(format_).start == encode_event(Event("audio-start", said(format_)))
