"""Whether the same voice has spoken."""

from __future__ import annotations

import pytest

from benchmarks.side_by_side.heard import Heard
from benchmarks.side_by_side.same_audio import same_audio


def heard(audio_s: float, error: str = "") -> Heard:
    return Heard(0.0, ((0.1, audio_s),), 0.2, error=error)


@pytest.mark.parametrize(("ours_s", "holds"), [(10.2, True), (9.5, True), (8.0, False), (12.0, False)])
def test_another_voice_is_found_by_the_length(ours_s: float, holds: bool) -> None:  # noqa: FBT001 - a parameter
    assert same_audio("40 characters", [heard(ours_s)], [heard(10.0)]).holds is holds


def test_a_failed_answer_is_left_out_with_its_counterpart() -> None:
    ours = [heard(10.0), heard(1.0, "overloaded"), heard(10.0)]
    theirs = [heard(10.0), heard(10.0), heard(10.0)]
    assert same_audio("8 rooms", ours, theirs).measured == 0
