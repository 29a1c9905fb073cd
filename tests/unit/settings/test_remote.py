"""Budgets in the settings, through a provider type that costs money."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from wyoming_tts.errors import ConfigError
from wyoming_tts.settings.load import load
from wyoming_tts.settings.reference import reference
from wyoming_tts.settings.remote import RemoteProviderSettings

if TYPE_CHECKING:
    from pathlib import Path

    from wyoming_tts.settings.provider import ProviderSettings


class PaidSettings(RemoteProviderSettings):
    """Costs money."""

    type: Literal["paid"] = "paid"
    """Which kind of engine this is."""


TYPES: dict[str, type[ProviderSettings]] = {"paid": PaidSettings}


def paid(tmp_path: Path, keys: str) -> ProviderSettings:
    file = tmp_path / "house.yaml"
    file.write_text("providers: {p: {type: paid, " + keys + "}}", encoding="utf-8")
    return load(file, provider_types=TYPES, default_providers={}, environ={}, overrides={}).providers["p"]


def test_without_a_word_there_is_no_limit(tmp_path: Path) -> None:
    assert paid(tmp_path, "") == PaidSettings()
    settings = PaidSettings()
    limits = (settings.characters_per_day, settings.characters_per_month, settings.money_per_day)
    assert (*limits, settings.money_per_month) == (None,) * 4
    assert settings.budget_warning == 0.8


def test_limits_are_read(tmp_path: Path) -> None:
    keys = "characters_per_day: 1000, characters_per_month: 9000, price_per_1000_characters: 0.3, money_per_month: 5"
    assert paid(tmp_path, f"{keys}, money_per_day: 0, budget_warning: 1") == PaidSettings(
        characters_per_day=1000,
        characters_per_month=9000,
        price_per_1000_characters=0.3,
        money_per_day=0.0,
        money_per_month=5.0,
        budget_warning=1.0,
    )


@pytest.mark.parametrize(
    ("keys", "sentence"),
    [
        ("characters_per_day: 0", "p.characters_per_day: must be a whole number from 1 to 1000000000 or null; found 0"),
        ("characters_per_month: true", "p.characters_per_month: must be a whole number"),
        ("price_per_1000_characters: -1", "p.price_per_1000_characters: must be a number from 0 to 1000000"),
        ("budget_warning: 80", "p.budget_warning: must be a number from 0 to 1; found 80"),
        ("money_per_day: 1", "a limit in money needs price_per_1000_characters"),
        ("money_per_month: 1", "a limit in money needs price_per_1000_characters"),
    ],
)
def test_what_makes_no_sense_is_said(tmp_path: Path, keys: str, sentence: str) -> None:
    with pytest.raises(ConfigError) as caught:
        paid(tmp_path, keys)
    assert f"providers.{sentence}" in str(caught.value) or sentence in str(caught.value)
    assert str(caught.value).count("\n") == 0


def test_the_reference_knows_each_key() -> None:
    text = reference(TYPES)
    assert "| `characters_per_month` | a whole number from 1 to 1000000000 or null | left out | The same for" in text
    assert "| `budget_warning` | a number from 0 to 1 | `0.8` | From which share" in text
