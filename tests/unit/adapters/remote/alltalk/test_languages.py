"""Language tags on their way to AllTalk, and those that voices have."""

from __future__ import annotations

import pytest

from wyoming_tts.adapters.remote.alltalk.languages import CODES, GUESS, XTTS, code_of, languages_of
from wyoming_tts.speech.language import normalised


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("en-GB", "en"),
        ("EN_us", "en"),
        ("zh-Hant-TW", "zh-cn"),
        ("zh", "zh-cn"),
        ("pt-BR", "pt"),
        ("de", "de"),
        ("fi", GUESS),
        ("", GUESS),
    ],
)
def test_a_tag_becomes_a_code_or_is_left_to_the_server(tag: str, code: str) -> None:
    assert code_of(tag) == code


def test_whatever_a_voice_speaks_has_a_code() -> None:
    assert {code_of(tag) for tag in XTTS} == CODES
    assert [normalised(tag) for tag in XTTS] == list(XTTS)


def test_the_language_of_the_house_comes_first() -> None:
    languages = languages_of("anna.wav", multilingual=True, house="de-AT")
    assert languages[:3] == ("de", "en", "es")
    assert sorted(languages) == sorted(XTTS)
    assert languages_of("anna.wav", multilingual=True, house="fi-FI") == XTTS


@pytest.mark.parametrize(
    ("voice", "language"),
    [
        ("en_GB-alan-medium.onnx", "en-GB"),
        ("tts_models--de--thorsten--vits", "de"),
        ("tts_models--zh-cn--baker--tacotron2", "zh-CN"),
        ("female_01.wav", "en"),
        ("tts_models--multilingual--x", "en"),
        ("x en_GB-alan", "en"),
    ],
)
def test_the_name_of_a_voice_may_tell(voice: str, language: str) -> None:
    assert languages_of(voice, multilingual=False, house="fr-FR") == (language,)
