"""What a server says of its engine, and what an older or odder one does not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.servers.alltalk_server import PIPER, XTTS
from wyoming_tts.adapters.remote.alltalk.facts import NO_MODEL, Facts, facts_of


def test_an_engine_that_streams_and_one_that_does_not() -> None:
    assert facts_of(XTTS) == Facts("xtts", streams=True, has_speed=True, multilingual=True)
    assert facts_of(PIPER) == Facts("piper", has_speed=True)
    assert facts_of({**PIPER, "multivoice_capable": False, "pitch_capable": True}) == Facts(
        "piper", has_speed=True, has_pitch=True, many_voices=False
    )


def test_a_model_loaded_by_the_other_way_does_not_stream() -> None:
    assert not facts_of({**XTTS, "current_model_loaded": "apitts - xttsv2_2.0.3"}).streams


@pytest.mark.parametrize("model", [None, "", NO_MODEL, 3])
def test_no_model(model: Any) -> None:
    assert not facts_of({**XTTS, "current_model_loaded": model}).has_model


@pytest.mark.parametrize(
    "settings", [{}, {"current_engine_loaded": None}, {"streaming_capable": "true", "languages_capable": 1}]
)
def test_what_is_not_said_is_not_there(settings: dict[str, Any]) -> None:
    assert facts_of(settings) == Facts()
