from __future__ import annotations

import pytest

from wyoming_tts.errors import BadAudio
from wyoming_tts.telemetry.failure import described


def fail(error: Exception) -> None:
    raise error


def caught(error: Exception) -> Exception:
    with pytest.raises(type(error)) as info:
        fail(error)
    return info.value


def test_it_says_what_and_where_and_not_the_words_of_others() -> None:
    text = described(caught(ValueError("canary")), messages=False)
    assert text.startswith("ValueError at telemetry/test_failure.py:")
    assert text.endswith(" fail")
    assert "canary" not in text
    assert described(ValueError("canary"), messages=True) == "ValueError: canary"


def test_the_words_of_our_own_errors_are_safe() -> None:
    assert described(BadAudio("a click", provider="p"), messages=False) == "BadAudio: p sent damaged audio (a click)"


def test_causes_and_groups_are_followed_and_loops_end() -> None:
    inner, outer = KeyError("canary"), ValueError("canary")
    outer.__cause__ = inner
    inner.__context__ = outer
    group = ExceptionGroup("canary", [outer, OSError("canary")])
    assert described(group, messages=False) == "ExceptionGroup; from ValueError; from OSError; from KeyError"


def test_a_hidden_cause_stays_hidden_and_the_chain_is_bounded() -> None:
    error = ValueError()
    error.__context__, error.__suppress_context__ = KeyError(), True
    assert described(error, messages=False) == "ValueError"
    assert described(ExceptionGroup("g", [ValueError() for _ in range(50)]), messages=False).count("from") == 7
