from __future__ import annotations

import asyncio
import io
import threading

import pytest
from wyoming.event import Event, read_event

from wyoming_tts.speech.audio import AudioFormat, Mark
from wyoming_tts.workers.outlet import PIECE_BYTES, Outlet

FORMAT = AudioFormat(22_050)


class Wire:
    """Keeps every write apart."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []

    def events(self) -> list[Event]:
        stream = io.BytesIO(b"".join(self.writes))
        events = []
        while (event := read_event(stream)) is not None:
            events.append(event)
        return events

    def types(self) -> list[str]:
        return [event.type for event in self.events()]


@pytest.fixture
def wire() -> Wire:
    return Wire()


def outlet_to(wire: Wire) -> Outlet:
    return Outlet(asyncio.get_running_loop(), wire.writes.append)


async def in_engine(*calls: object) -> None:
    """Run the calls in another thread, and let the loop do what they left."""
    for call in calls:
        assert callable(call)
        await asyncio.to_thread(call)
    await asyncio.sleep(0)


async def test_marks_go_before_their_audio(wire: Wire) -> None:
    outlet = outlet_to(wire)
    await in_engine(lambda: outlet.open(FORMAT), lambda: outlet.emit(b"\x01\x02", [Mark(3, 0.25)]), outlet.finish)
    start, marks, chunk, _ = wire.events()
    assert wire.types() == ["audio-start", "tts-marks", "audio-chunk", "audio-stop"]
    assert start.data == {"rate": 22_050, "width": 2, "channels": 1}
    assert marks.data == {"marks": [[3, 0.25]]}
    assert (chunk.payload, chunk.data) == (b"\x01\x02", start.data)
    assert outlet.finished


async def test_what_is_posted_while_the_loop_is_busy_leaves_in_one_write(wire: Wire) -> None:
    outlet = outlet_to(wire)
    outlet.open(FORMAT)
    for _ in range(10):
        outlet.emit(b"\0\0")
    assert wire.writes == []
    await asyncio.sleep(0)
    assert len(wire.writes) == 1
    assert wire.types() == ["audio-start", *["audio-chunk"] * 10]


async def test_a_long_piece_is_cut_into_whole_frames(wire: Wire) -> None:
    outlet = outlet_to(wire)
    outlet.open(FORMAT)
    outlet.emit(bytes(2 * PIECE_BYTES + 2))
    await asyncio.sleep(0)
    assert [len(event.payload or b"") for event in wire.events()[1:]] == [PIECE_BYTES, PIECE_BYTES, 2]


async def test_audio_is_counted_in_seconds(wire: Wire) -> None:
    outlet = outlet_to(wire)
    outlet.open(FORMAT)
    outlet.emit(bytes(FORMAT.size(1.5)))
    assert outlet.seconds == pytest.approx(1.5)


@pytest.mark.parametrize("pcm", [b"\0", b"\0\0\0"])
async def test_half_a_frame_is_the_engines_fault(wire: Wire, pcm: bytes) -> None:
    outlet = outlet_to(wire)
    outlet.open(FORMAT)
    with pytest.raises(ValueError, match="half a frame"):
        outlet.emit(pcm)


async def test_an_utterance_that_never_opened_ends_with_an_error(wire: Wire) -> None:
    outlet = outlet_to(wire)
    with pytest.raises(ValueError, match="no format"):
        outlet.emit(b"\0\0")
    outlet.finish()
    await asyncio.sleep(0)
    assert [(event.type, event.data["code"]) for event in wire.events()] == [("error", "bad-audio")]


@pytest.mark.parametrize(
    ("error", "opened", "code"),
    [
        (KeyError("the secret words"), False, "utterance-rejected"),
        (ValueError("the secret words"), False, "utterance-rejected"),
        (KeyError("the secret words"), True, "provider-unavailable"),
        (ValueError("the secret words"), True, "provider-unavailable"),
        (MemoryError("the secret words"), True, "model-too-large"),
        (RuntimeError("the secret words"), False, "provider-unavailable"),
    ],
)
async def test_an_engines_error_travels_as_a_code_without_its_text(
    wire: Wire, error: Exception, code: str, *, opened: bool
) -> None:
    outlet = outlet_to(wire)
    if opened:
        outlet.open(FORMAT)
    outlet.finish(error)
    await asyncio.sleep(0)
    assert wire.events()[-1].data["code"] == code
    assert b"secret" not in b"".join(wire.writes)


async def test_after_the_cancel_nothing_leaves(wire: Wire) -> None:
    outlet = outlet_to(wire)
    outlet.open(FORMAT)
    outlet.cancel()
    outlet.emit(b"\0\0")
    outlet.finish()
    await asyncio.sleep(0)
    assert wire.writes == []


async def test_the_newest_hook_is_called_once(wire: Wire) -> None:
    outlet = outlet_to(wire)
    called: list[str] = []
    outlet.on_cancel(lambda: called.append("old"))
    outlet.on_cancel(lambda: called.append("new"))
    outlet.cancel()
    outlet.cancel()
    assert called == ["new"]


async def test_a_hook_that_comes_after_the_cancel_is_called_at_once(wire: Wire) -> None:
    outlet = outlet_to(wire)
    outlet.cancel()
    called = threading.Event()
    outlet.on_cancel(called.set)
    assert called.is_set()


async def test_a_finished_engine_is_not_stopped(wire: Wire) -> None:
    outlet = outlet_to(wire)
    called = threading.Event()
    outlet.on_cancel(called.set)
    outlet.open(FORMAT)
    outlet.finish()
    outlet.cancel()
    assert not called.is_set()


async def test_a_hook_that_fails_still_cancels(wire: Wire) -> None:
    outlet = outlet_to(wire)

    def fail() -> None:
        raise RuntimeError

    outlet.on_cancel(fail)
    outlet.cancel()
    assert outlet.cancelled
