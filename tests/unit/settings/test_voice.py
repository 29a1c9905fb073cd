from __future__ import annotations

import pytest
from pydantic import ValidationError

from wyoming_tts.settings.voice import HouseVoice
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.voice import VoiceName


def voice(**changes: object) -> HouseVoice:
    return HouseVoice.model_validate({"name": "Anna", "language": "de", "chain": ["p/v"]} | changes)


def test_the_chain_is_read_into_its_parts() -> None:
    anna = voice(chain=["piper/de#eva", "espeak/de+f3"], speed=1.5)
    assert anna.links == (VoiceName("piper", "de", "eva"), VoiceName("espeak", "de+f3"))
    assert anna.prosody == Prosody(1.5, 1.0, 1.0)
    assert anna.sentence_pause_s is None


@pytest.mark.parametrize(("written", "kept"), [("de_at", "de-AT"), ("ZH-hant-tw", "zh-Hant-TW"), ("no", "no")])
def test_a_language_tag_gets_its_usual_spelling(written: str, kept: str) -> None:
    assert voice(language=written).language == kept


@pytest.mark.parametrize(
    "changes",
    [{"name": ""}, {"name": "a/b"}, {"name": " Anna"}, {"name": "x" * 65}, {"name": "a\nb"}]
    + [{"language": tag} for tag in ("", "d", "german", "german language", "de--toolongsubtag", "12", "e\u0301n")]
    + [{"chain": chain} for chain in ([], ["piper"], ["/v"], ["p/"], "p/v")],
)
def test_what_could_not_be_spoken_or_asked_for_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        voice(**changes)
