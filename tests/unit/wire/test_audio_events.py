"""Audio events read back by the library's own reader."""

from __future__ import annotations

import asyncio

import pytest
from wyoming.event import Event, async_read_event

from wyoming_tts.speech.audio import AudioFormat
from wyoming_tts.wire.audio_events import CHUNK_SAMPLES, AudioEvents


async def events_of(raw: bytes) -> list[Event]:
    reader = asyncio.StreamReader()
    reader.feed_data(raw)
    reader.feed_eof()
    found = []
    while (event := await async_read_event(reader)) is not None:
        found.append(event)
    return found


@pytest.mark.parametrize("samples", [0, 1, CHUNK_SAMPLES, CHUNK_SAMPLES + 1, 5 * CHUNK_SAMPLES - 1])
async def test_audio_is_cut_into_chunks_and_nothing_is_lost(samples: int) -> None:
    format_ = AudioFormat(24_000)
    events = AudioEvents(format_)
    pcm = bytes(index % 251 for index in range(2 * samples))
    raw = events.start + b"".join(bytes(part) for chunk in events.chunks(pcm) for part in chunk) + events.stop
    start, *chunks, stop = await events_of(raw)
    said = {"rate": 24_000, "width": 2, "channels": 1}
    assert (start.type, start.data) == ("audio-start", said)
    assert (stop.type, stop.data) == ("audio-stop", {})
    assert all(chunk.type == "audio-chunk" and chunk.data == said for chunk in chunks)
    assert b"".join(chunk.payload or b"" for chunk in chunks) == pcm
    assert all(len(chunk.payload or b"") <= 2 * CHUNK_SAMPLES for chunk in chunks)
