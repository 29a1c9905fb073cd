"""One request spoken over the wire: `audio-start`, chunks, `audio-stop`, exactly one of each end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wyoming.event import Event

from wyoming_tts.protocol.framing import encode_event
from wyoming_tts.speech.audio import AudioFormat
from wyoming_tts.wire.audio_events import AudioEvents

if TYPE_CHECKING:
    from wyoming_tts.wire.house import House
    from wyoming_tts.wire.outlet import Outlet
    from wyoming_tts.wire.session import Pending

STOPPED = encode_event(Event("synthesize-stopped"))

SILENT_FORMAT = AudioFormat(22_050)
SILENCE_S = 0.1
"""Said where there is nothing to say: without any audio Home Assistant's converter fails on an empty file."""


async def speak(pending: Pending, house: House, outlet: Outlet) -> None:
    """Answer one request to its end. Raises TtsError, PeerGone where the client is gone."""
    with house.hold():
        events = await _speak(pending, house, outlet)
    if events is None:
        events = AudioEvents(SILENT_FORMAT)
        await outlet.audio(events, bytes(SILENT_FORMAT.size(SILENCE_S)), first=True)
    # The end must not overtake the client's own: Home Assistant fails an assertion when it still writes text.
    await pending.feed.ended()
    await outlet.write(events.stop, *((STOPPED,) if pending.request.streamed else ()))


async def _speak(pending: Pending, house: House, outlet: Outlet) -> AudioEvents | None:
    """Relay the answer's audio; `audio-start` goes with the first chunk, when the format is certain."""
    events: AudioEvents | None = None
    async with house.speaker.answer(pending.request) as answer:
        async for chunk in answer.chunks():
            if not chunk.pcm:
                continue
            first = events is None
            if events is None:
                events = AudioEvents(answer.format)
            await outlet.audio(events, chunk.pcm, first=first)
    return events
