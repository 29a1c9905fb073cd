"""Small provider types for tests of the settings: one that needs nothing, one with a secret, one not installed."""

from typing import ClassVar, Literal

from pydantic import SecretStr, field_validator

from wyoming_tts.settings.provider import ProviderSettings


class PlainSettings(ProviderSettings):
    """Needs nothing."""

    type: Literal["plain"] = "plain"
    """Which kind of engine this is."""
    tags: tuple[str, ...] = ()
    """Some words."""


class CloudSettings(ProviderSettings):
    """Has a key."""

    type: Literal["cloud"] = "cloud"
    """Which kind of engine this is."""
    api_key: SecretStr
    """The key."""
    base_url: str = "https://example.invalid"
    """Where it is."""

    @field_validator("api_key")
    @classmethod
    def _starts_well(cls, key: SecretStr) -> SecretStr:
        """Quote the value in the error, as careless code would."""
        if key.get_secret_value().startswith("bad"):
            raise ValueError(f"must not be {key.get_secret_value()}")
        return key


class AbsentSettings(ProviderSettings):
    """Needs something that nobody has."""

    extra: ClassVar[str | None] = "absent"
    requires: ClassVar[tuple[str, ...]] = ("sys", "no_such_module_anywhere")

    type: Literal["absent"] = "absent"
    """Which kind of engine this is."""


TYPES: dict[str, type[ProviderSettings]] = {"plain": PlainSettings, "cloud": CloudSettings, "absent": AbsentSettings}
DEFAULTS: dict[str, dict[str, object]] = {"absent": {"type": "absent"}, "plain": {"type": "plain"}}
