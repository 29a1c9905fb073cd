"""What is remembered of requests."""

from tests.fakes.clock import FakeClock
from wyoming_tts.synthesis.record import RecentRequests, RequestRecord


async def test_first_audio_duration_and_outcome_on_the_clock() -> None:
    clock = FakeClock()
    record = RequestRecord(clock, "r", "client", "v", started_at=clock.now())
    await clock.advance(0.5)
    record.heard(1.0)
    await clock.advance(2.0)
    record.heard(1.0)
    record.spoke("a/v")
    record.spoke("a/v")
    record.spoke("b/v")
    record.ended("complete")
    assert (record.ttfa_s, record.audio_s, record.duration_s) == (0.5, 2.0, 2.5)
    assert record.links == ["a/v", "b/v"]
    assert record.at.tzinfo is not None


def test_only_the_newest_are_kept_the_latest_first() -> None:
    recent, clock = RecentRequests(), FakeClock()
    for number in range(120):
        recent.add(RequestRecord(clock, str(number), "", "", started_at=0.0))
    assert len(recent) == 50
    assert next(iter(recent)).id == "119"
