"""What is known of the model that speaks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from wyoming_tts.speech.language import normalised, primary

FAST = ("eleven_flash", "eleven_turbo")
MAX_CHARS = (
    ("eleven_flash_v2_5", 40_000),
    ("eleven_turbo_v2_5", 40_000),
    ("eleven_flash_v2", 30_000),
    ("eleven_turbo_v2", 30_000),
    ("eleven_v3", 5_000),
    ("eleven_", 10_000),
)
"""As published; used where the key may not ask."""
LEAST_CHARS = 5_000
DEAREST = 1_000
"""Credits for a character that no model takes; what is beyond it, `inf` among it, is a mistake."""
_GENERATION = re.compile(r"_v([0-9]+)")
_TAKES_LANGUAGE = ("eleven_flash_v2_5", "eleven_turbo_v2_5")
_OPTIONAL = {"style": "can_use_style", "use_speaker_boost": "can_use_speaker_boost"}


@dataclass(frozen=True, slots=True)
class SpeechModel:
    """A model by its id, with what the list of models says of it, as far as the key may read that."""

    id: str
    languages: tuple[str, ...] = ()
    """Empty where unknown."""
    max_chars: int = LEAST_CHARS
    """Of one request."""
    credits_per_char: float = 1.0
    lacks: frozenset[str] = frozenset()
    """Words of the voice settings that it does not know."""

    @property
    def stitches(self) -> bool:
        """Whether it takes the text before and after; the third generation refuses requests with them."""
        return self._generation < 3

    @property
    def takes_text_streams(self) -> bool:
        """Whether there is a websocket for it; the third generation has none of this kind."""
        return self._generation < 3

    def language_code(self, language: str) -> str | None:
        """Return how a language is told to it; None where it does not want to know, or does not know the language."""
        code = primary(language) if language else ""
        return code if self.id in _TAKES_LANGUAGE and code in map(primary, self.languages) else None

    @property
    def _generation(self) -> int:
        found = _GENERATION.search(self.id)
        return int(found[1]) if found else 1


def model_of(model_id: str, listing: Any = None) -> SpeechModel:
    """Return a model with what `GET /v1/models` says, or with what is published where nothing was told."""
    known = isinstance(listing, list)
    entries = [entry for entry in listing if isinstance(entry, dict)] if known else []
    entry = next((entry for entry in entries if entry.get("model_id") == model_id), {})
    most = [entry.get("maximum_text_length_per_request"), entry.get("max_characters_request_subscribed_user")]
    published = next((chars for name, chars in MAX_CHARS if model_id.startswith(name)), LEAST_CHARS)
    lacks = {word for word, key in _OPTIONAL.items() if entry.get(key) is False}
    return SpeechModel(
        model_id,
        tuple(_languages(entry)),
        next((chars for chars in most if isinstance(chars, int) and chars > 0), published),
        _credits(model_id, entry),
        frozenset(lacks),
    )


def _languages(entry: dict[str, Any]) -> list[str]:
    languages = entry.get("languages")
    told = [one.get("language_id") for one in languages if isinstance(one, dict)] if isinstance(languages, list) else []
    return list(dict.fromkeys(normalised(tag) for tag in told if isinstance(tag, str) and tag))


def _credits(model_id: str, entry: dict[str, Any]) -> float:
    rates = entry.get("model_rates")
    told = [rates.get("character_cost_multiplier") if isinstance(rates, dict) else None, entry.get("token_cost_factor")]
    published = 0.5 if model_id.startswith(FAST) else 1.0
    return next((float(rate) for rate in told if isinstance(rate, int | float) and 0 < rate < DEAREST), published)
