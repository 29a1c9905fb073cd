"""Which language the machine is set to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wyoming_tts.speech.language import normalised

if TYPE_CHECKING:
    from collections.abc import Mapping

FALLBACK = "en-US"
"""For `C` and `POSIX`, which name no language, and for what cannot be read."""

# POSIX.1-2024, 8.2: the first of these that is set and not empty decides, even where it says `C`.
_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(_[A-Za-z0-9]{2,3})?")


def system_language(environ: Mapping[str, str]) -> str:
    """Return the language tag that the environment asks for: `de-AT` where it says `de_AT.UTF-8`."""
    chosen = next((environ[name] for name in _VARIABLES if environ.get(name)), "")
    locale = re.split(r"[.@]", chosen, maxsplit=1)[0]
    return normalised(locale) if _LOCALE.fullmatch(locale) else FALLBACK
