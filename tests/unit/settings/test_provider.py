from __future__ import annotations

import sys
from typing import ClassVar

import pytest
from pydantic import ValidationError

from tests.fakes.provider_settings import AbsentSettings, CloudSettings, PlainSettings
from wyoming_tts.settings.provider import ProviderSettings, provider_name
from wyoming_tts.speech.prosody import Prosody


def test_what_is_missing_is_named_and_nothing_is_imported() -> None:
    class NeedsSomething(ProviderSettings):
        requires: ClassVar[tuple[str, ...]] = ("this",)

    assert NeedsSomething.missing_modules() == ()
    assert "this" not in sys.modules
    assert AbsentSettings.missing_modules() == ("no_such_module_anywhere",)


def test_a_dotted_module_without_its_parent_is_missing() -> None:
    class Dotted(ProviderSettings):
        requires: ClassVar[tuple[str, ...]] = ("no_such_module_anywhere.part",)

    assert Dotted.missing_modules() == ("no_such_module_anywhere.part",)


def test_it_cannot_be_changed_and_takes_no_unknown_key() -> None:
    settings = PlainSettings()
    with pytest.raises(ValidationError):
        settings.speed = 2.0
    with pytest.raises(ValidationError):
        PlainSettings.model_validate({"sped": 2.0})


def test_equal_settings_are_equal_and_a_secret_never_shows() -> None:
    one, other = (CloudSettings.model_validate({"api_key": "canary"}) for _ in range(2))
    assert one == other
    assert "canary" not in f"{one} {one!r} {one.model_dump()} {one.model_dump_json()}"


@pytest.mark.parametrize("field", [{"speed": 0.2}, {"pitch": 2.1}, {"volume": -1.0}, {"sentence_pause_s": 6.0}])
def test_factors_have_bounds(field: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        PlainSettings.model_validate(field)


def test_truths_and_no_numbers_are_no_numbers() -> None:
    for value in (True, float("nan"), float("inf")):
        with pytest.raises(ValidationError):
            PlainSettings.model_validate({"speed": value})


def test_its_factors_are_a_prosody() -> None:
    assert PlainSettings(speed=2.0, pitch=1.5, volume=0.5).prosody == Prosody(2.0, 1.5, 0.5)


@pytest.mark.parametrize("name", ["a", "openai-backup", "Stimme_1", "x" * 64, "küche"])
def test_good_names(name: str) -> None:
    assert provider_name(name) == name


@pytest.mark.parametrize("name", ["", "a/b", "a#b", "a b", "a\tb", "a\x00b", "x" * 65, "a\u00a0b"])
def test_names_that_would_not_survive_in_a_voice_name(name: str) -> None:
    with pytest.raises(ValueError, match="64 characters"):
        provider_name(name)
