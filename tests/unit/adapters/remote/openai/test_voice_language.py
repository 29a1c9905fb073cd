from __future__ import annotations

import pytest

from wyoming_tts.adapters.remote.openai.voice_language import gender_of, language_of


@pytest.mark.parametrize(
    ("voice", "language"),
    [
        ("af_heart", "en-US"),
        ("bm_george", "en-GB"),
        ("jf_alpha", "ja"),
        ("pf_dora", "pt-BR"),
        ("zm_yunxi", "zh"),
        ("af_bella+af_sky", "en-US"),
        ("en-US-AvaMultilingualNeural", "en-US"),
        ("zh-CN-liaoning-XiaobeiNeural", "zh-CN"),
        ("sr-Latn-RS-NicholasNeural", "sr-Latn-RS"),
        ("fil-PH-AngeloNeural", "fil-PH"),
        ("de_DE-thorsten-medium", "de-DE"),
        ("speaches-ai/en_GB-alan-low", "en-GB"),
        ("voice-en_US-amy-low", "en-US"),
        ("alloy", None),
        ("of_course", None),
        ("an-apple", None),
        ("af_", None),
        ("Emily.wav", None),
        ("", None),
    ],
)
def test_names_tell_a_language_by_the_custom_of_their_engines(voice: str, language: str | None) -> None:
    assert language_of(voice) == language


@pytest.mark.parametrize(("voice", "gender"), [("af_heart", "female"), ("bm_george", "male"), ("alloy", None)])
def test_names_of_kokoro_tell_a_gender(voice: str, gender: str | None) -> None:
    assert gender_of(voice) == gender
