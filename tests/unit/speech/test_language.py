"""One spelling of language tags, and how near two are."""

import pytest

from wyoming_tts.speech.language import distance, normalised, primary


@pytest.mark.parametrize(
    ("tag", "spelt"),
    [
        ("EN_gb", "en-GB"),
        ("de", "de"),
        ("zh-hant-tw", "zh-Hant-TW"),
        ("es-419", "es-419"),
        ("en-GB-x-RP", "en-GB-x-rp"),
        ("en-gb-scotland", "en-GB-scotland"),
        ("", ""),
    ],
)
def test_one_spelling(tag: str, spelt: str) -> None:
    assert normalised(tag) == spelt
    assert normalised(spelt) == spelt


@pytest.mark.parametrize(
    ("wanted", "offered", "near"),
    [("en-GB", "en_gb", 0), ("en", "en-GB", 1), ("en-GB", "en", 1), ("en-GB", "en-US", 2), ("en", "de", None)],
)
def test_distance(wanted: str, offered: str, near: int | None) -> None:
    assert distance(wanted, offered) == near
    assert primary(wanted) == "en"
