"""What the owner may say about a provider that costs money: how much of it may be used."""

from typing import Annotated, Self

from pydantic import Field, Strict, model_validator

from wyoming_tts.settings.provider import ProviderSettings
from wyoming_tts.settings.section import Count

Characters = Annotated[Count, Field(ge=1, le=1_000_000_000)]
Money = Annotated[float, Strict(), Field(ge=0.0, le=1_000_000.0)]
"""In whatever currency the owner thinks in."""
Share = Annotated[float, Strict(), Field(ge=0.0, le=1.0)]


class RemoteProviderSettings(ProviderSettings):
    """A provider elsewhere, with a budget; a subclass narrows `type` to its own word."""

    characters_per_day: Characters | None = None
    """How many characters it may speak in a day, from midnight to midnight; then the next voice of the chain speaks.
    Leave it out for no limit."""
    characters_per_month: Characters | None = None
    """The same for a calendar month."""
    price_per_1000_characters: Money = 0.0
    """What a thousand characters cost, in any currency; `money_per_day` and `money_per_month` are in the same one."""
    money_per_day: Money | None = None
    """How much it may cost in a day; then the next voice of the chain speaks. Leave it out for no limit."""
    money_per_month: Money | None = None
    """The same for a calendar month."""
    budget_warning: Share = 0.8
    """From which share of a limit on the log warns, once a day or month; 1.0 is only when it is used up."""

    @model_validator(mode="after")
    def _money_has_a_price(self) -> Self:
        limited = self.money_per_day is not None or self.money_per_month is not None
        if limited and not self.price_per_1000_characters:
            raise ValueError("a limit in money needs price_per_1000_characters")
        return self
