"""Stops that end a sentence, and those that do not."""

import pytest

from wyoming_tts.text.sentence_ends import Verdict, judge


@pytest.mark.parametrize(
    ("before", "following", "verdict"),
    [
        ("Hello.", "W", Verdict.UNSURE),
        ("Hello.", "w", Verdict.NO_END),
        ("Hola.", "¿", Verdict.END),
        ("He said „Ja.“", "D", Verdict.END),
        ("„Ja!“", "D", Verdict.END),
        ("Na so was…“", "D", Verdict.UNSURE),
        ("I like the TV.", "I", Verdict.END),
        ("Mr.", "S", Verdict.NO_END),
        ("(Dr.", "S", Verdict.NO_END),
        ("see fig.", "5", Verdict.NO_END),
        ("I ate a fig.", "T", Verdict.UNSURE),
        ("am 22.", "N", Verdict.NO_END),
        ("I am 22.", "M", Verdict.UNSURE),
        ("1.", "M", Verdict.NO_END),
        ("Never mind.", "T", Verdict.UNSURE),
        ("Well…", "t", Verdict.NO_END),
        ("", "x", Verdict.NO_END),
    ],
)
def test_it_judges_by_the_words_beside_the_stop(before: str, following: str, verdict: Verdict) -> None:
    assert judge(before, following) is verdict
