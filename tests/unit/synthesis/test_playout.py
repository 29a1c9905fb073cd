"""How much the listener still has to play, on an injected clock."""

import pytest

from tests.fakes.clock import FakeClock
from wyoming_tts.synthesis.playout import Playout


async def test_nothing_in_hand_before_the_first_audio() -> None:
    assert Playout(FakeClock()).in_hand_s() == 0


async def test_audio_in_hand_shrinks_as_it_plays() -> None:
    clock = FakeClock()
    playout = Playout(clock)
    playout.sent(5.0)
    await clock.advance(2.0)
    assert playout.in_hand_s() == pytest.approx(3.0)
    await clock.advance(10.0)
    assert playout.in_hand_s() == 0


async def test_a_listener_who_ran_dry_waited_and_did_not_play_ahead() -> None:
    clock = FakeClock()
    playout = Playout(clock)
    playout.sent(1.0)
    await clock.advance(10.0)
    playout.sent(2.0)
    assert playout.in_hand_s() == pytest.approx(2.0)
    assert playout.sent_s == pytest.approx(3.0)
