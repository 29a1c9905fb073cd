"""What the owner may say about one voice of a server that speaks OpenAI's way."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from wyoming_tts.settings.section import LanguageTag, Section, Speed


def _name(name: str) -> str:
    if not 1 <= len(name) <= 200 or not name.isprintable() or "#" in name or name != name.strip():
        raise ValueError("must have 1 to 200 characters, no # and no space around it")
    return name


class OpenAiVoice(Section):
    """One voice; its name alone is enough."""

    name: Annotated[str, AfterValidator(_name)]
    """What it is called here, and on the server too unless `voice` says otherwise."""
    voice: str | None = None
    """The server's own name for it, where the same voice is to speak under several names."""
    model: str | None = None
    """The model that speaks with it; leave it out for the provider's."""
    instructions: str | None = None
    """How it is to speak, in words, for a model that follows them; leave it out for the provider's."""
    languages: tuple[LanguageTag, ...] = ()
    """The languages it speaks, the main one first; leave it out for what its name or the provider tells."""
    speed: Speed = 1.0
    """How fast it speaks, as a factor on top of the provider's own."""
    description: str = ""
    """A sentence about it, for lists."""


def _from_name(value: object) -> object:
    return value if isinstance(value, Mapping | OpenAiVoice) else {"name": value}


VoiceEntry = Annotated[OpenAiVoice, BeforeValidator(_from_name)]
"""A name alone stands for a voice without anything else."""
