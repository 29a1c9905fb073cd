"""What must not leave this machine, and what is kept on it."""

from typing import Annotated

import regex
from pydantic import AfterValidator

from wyoming_tts.settings.section import Network, Section


def _pattern(pattern: str) -> str:
    try:
        regex.compile(pattern)
    except regex.error as error:
        raise ValueError("must be a regular expression such as (?i)door code") from error
    return pattern


class PrivacySettings(Section):
    """Which texts only providers on this machine may speak, and what is kept."""

    local_patterns: tuple[Annotated[str, AfterValidator(_pattern)], ...] = ()
    """Regular expressions: from the first match on, only providers on this machine speak the rest of an answer."""
    local_voices: tuple[str, ...] = ()
    """Voices, by the name that a client sends, whose texts never leave this machine."""
    local_networks: tuple[Network, ...] = ()
    """Clients, by address or network, whose texts never leave this machine."""
    keep_failed_text: bool = False
    """Whether the text of a request that nobody could speak is kept, for `wyoming-tts dead-letters replay` to speak
    later. Otherwise only its length and a keyed hash are."""
