"""Which of two voices is nearer to the one that was wanted."""

import pytest

from tests.fakes.choir import voice
from wyoming_tts.models import espeak_voices
from wyoming_tts.models.espeak_library import EspeakLibrary
from wyoming_tts.speech.voice import Voice, VoiceName
from wyoming_tts.synthesis.routing.nearness import (
    EXACT,
    MULTILINGUAL,
    SAME_LANGUAGE,
    VARIANTS,
    Fit,
    Wanted,
    fit,
    gender,
    main_language,
)

MANY = ("en-US", "de-DE", "fr-FR", "es-ES")


@pytest.mark.parametrize(
    ("tag", "languages", "expected"),
    [
        ("de-AT", ("de-AT",), Fit(EXACT, 0)),
        ("de_at", ("de-DE", "de-AT"), Fit(EXACT, 0)),
        ("de", ("de-AT",), Fit(SAME_LANGUAGE, 1)),
        ("de-AT", ("de-DE",), Fit(SAME_LANGUAGE, 2)),
        ("no", ("nb", "no"), Fit(EXACT, 0)),
        ("en-US", MANY, Fit(EXACT, 0)),
        ("de-DE", MANY, Fit(MULTILINGUAL, 3)),
        ("sw", ("mul",), Fit(MULTILINGUAL, 3)),
        ("sw", (), Fit(MULTILINGUAL, 3)),
        ("sw", MANY, None),
        ("sw", ("und",), None),
    ],
)
def test_how_well_a_voice_suits_a_language(tag: str, languages: tuple[str, ...], expected: Fit | None) -> None:
    assert fit(tag, Voice("v", languages)) == expected


def test_language_counts_before_gender_and_gender_before_quality_and_quality_before_the_region() -> None:
    nearest_first = [
        voice("exact", "de-DE", gender="male", quality=1),
        voice("she", "de-AT", gender="female", quality=2),
        voice("near she", "de", gender="female", quality=1),
        voice("far she", "de-AT", gender="female", quality=1),
        voice("who", "de-AT", quality=9),
        voice("he", "de-AT", gender="male", quality=9),
        voice("many", *MANY, gender="female", quality=9),
    ]
    keys = [Wanted("de-DE", "female").key(known) for known in nearest_first]
    assert None not in keys
    assert keys == sorted(key for key in keys if key is not None)
    assert Wanted("sw").key(nearest_first[0]) is None


def test_where_the_wanted_gender_is_unknown_no_gender_is_nearer() -> None:
    assert Wanted("de").key(voice("a", "de", gender="male")) == Wanted("de").key(voice("b", "de", gender="female"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [("v", "male"), ("v+f3", "female"), ("v+M2", "male"), ("v+whisper", None), ("v#amy", None)],
)
def test_the_gender_of_a_voice_as_it_is_named(name: str, expected: str | None) -> None:
    full = VoiceName.parse(f"espeak/{name}")
    assert full is not None
    assert gender(full, voice("v", "de", gender="male")) == expected


def test_the_gender_of_a_voice_nobody_knows_is_unknown() -> None:
    assert gender(VoiceName("a", "b"), None) is None


def test_the_main_language_is_the_first_that_is_one() -> None:
    assert main_language(voice("v", "mul", "de-DE", "en")) == "de-DE"
    assert main_language(voice("v", "und")) is None


def test_the_variants_have_the_gender_that_espeak_gives_them() -> None:
    library = EspeakLibrary.open(None)
    try:
        found = list(library.voices(variants=True))
    finally:
        library.close()
    files = espeak_voices.variants(found)
    genders = {variant.identifier.rpartition("/")[2]: variant.gender for variant in found}
    for wanted, variants in VARIANTS.items():
        assert [genders[files[variant]] for variant in variants] == [wanted] * len(variants)
