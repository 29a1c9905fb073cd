"""What the owner may say about an AllTalk server."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from wyoming_tts.adapters.remote.http_settings import HttpAddress, HttpProviderSettings
from wyoming_tts.settings.section import Count, LanguageTag


def _word(value: object) -> object:
    """Return `on` or `off` for what YAML makes of these words."""
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else value


class AllTalkSettings(HttpProviderSettings):
    """An AllTalk server (version 2) in your house; it speaks with whichever engine is loaded there."""

    type: Literal["alltalk"] = "alltalk"
    """Which kind of engine this is."""
    base_url: HttpAddress = "http://127.0.0.1:7851"
    """The address of the server, without `/api`."""
    concurrency: Annotated[Count, Field(ge=1, le=100)] = 1
    """How many pieces of text it is asked to speak at the same time. AllTalk speaks one after the other; with more than
    one it is not told to stop when a listener leaves, since it would stop somebody else's."""
    streaming: Annotated[Literal["auto", "on", "off"], BeforeValidator(_word)] = "auto"
    """Whether audio is heard while it is being made. `auto` asks the server whether its engine can, and has a text at
    another speed or pitch made whole first, because AllTalk streams at one speed only."""
    languages: tuple[LanguageTag, ...] = ()
    """The languages of the voices, the main one first; leave it out for what the engine and the voices' names tell."""
    max_chars: Annotated[Count, Field(ge=20, le=100_000)] = 2_000
    """The longest text in one request; AllTalk's own limit is 2000 unless its settings say otherwise."""
    text_filtering: Literal["none", "standard", "html"] = "none"
    """What AllTalk is to clean out of a text that it makes whole. The text is clean already, so `none` will do."""
    allow_markup: bool = False
    """Whether marks in the text such as `[laugh]` may steer the engine; `false` takes their brackets away."""
