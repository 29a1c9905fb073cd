"""What every part of the settings file has in common, and the kinds of value that many parts use."""

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, Strict

from wyoming_tts.speech.language import normalised
from wyoming_tts.speech.prosody import PITCHES, SPEEDS, VOLUMES


class Section(BaseModel):
    """A part of the settings: never changed once read, and no key in it without a meaning."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        hide_input_in_errors=True,
        allow_inf_nan=False,
    )


def language_tag(tag: str) -> str:
    """Return a BCP 47 tag in its usual spelling (`en_gb` becomes `en-GB`). Raises ValueError for anything else."""
    spelt = normalised(tag.strip())
    first, *rest = spelt.split("-")
    subtags_fit = all(part.isascii() and part.isalnum() and len(part) <= 8 for part in rest)
    if not (first.isascii() and first.isalpha() and 2 <= len(first) <= 3 and subtags_fit):
        raise ValueError("must be a language tag such as en, de-AT or zh-Hant-TW, and not the name of a language")
    return spelt


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError("must be an address or a network such as 192.168.1.0/24 or fd00::/8") from error


# Strict, since pydantic takes `true` for 1 otherwise.
Number = Annotated[float, Strict()]
Count = Annotated[int, Strict()]
Seconds = Annotated[float, Strict(), Field(ge=0.0, le=86_400.0)]
"""A stretch of time up to a day, where none at all makes sense."""
Patience = Annotated[float, Strict(), Field(ge=0.1, le=86_400.0)]
"""How long something may take; none at all would let nothing happen."""
Speed = Annotated[float, Strict(), Field(ge=SPEEDS[0], le=SPEEDS[1])]
Pitch = Annotated[float, Strict(), Field(ge=PITCHES[0], le=PITCHES[1])]
Volume = Annotated[float, Strict(), Field(ge=VOLUMES[0], le=VOLUMES[1])]
Pause = Annotated[float, Strict(), Field(ge=0.0, le=5.0)]
LanguageTag = Annotated[str, AfterValidator(language_tag)]
Network = Annotated[str, AfterValidator(_network)]
"""An IP address, or a network with its length behind a slash."""
