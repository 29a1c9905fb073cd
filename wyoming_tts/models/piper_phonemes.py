"""What a Piper voice makes of text, without its network."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

from piper import PhonemeType, PiperConfig, PiperVoice

if TYPE_CHECKING:
    from collections.abc import Callable

    import onnxruntime

REMEMBERED_WORDS = 2000
"""In memory only; a word takes 0.1 ms."""
DIACRITICS = "ar"
"""Piper completes the vowels of whole Arabic sentences with a network: a word alone is nothing to compare with."""


class PiperPhonemes:
    """Phonemes of texts, and of words alone, in one voice's language."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.config = PiperConfig.from_dict(config)
        # The network is run by others, whole or in parts.
        self._voice = PiperVoice(session=cast("onnxruntime.InferenceSession", None), config=self.config)
        self._alone = lru_cache(REMEMBERED_WORDS)(self._phonemes_of_word)

    @property
    def alone(self) -> Callable[[str], str] | None:
        """What makes the phonemes of a word by itself; None where each character of a text is a phoneme."""
        return None if self.config.phoneme_type == PhonemeType.TEXT else self._alone

    @property
    def tells_words(self) -> bool:
        """Whether it can be found out which phonemes are which word's."""
        return self.config.phoneme_type == PhonemeType.TEXT or self.config.espeak_voice != DIACRITICS

    def phonemize(self, text: str) -> list[list[str]]:
        """Return the phonemes of each sentence that is not empty. Raises what the engine raises."""
        return [phonemes for phonemes in self._voice.phonemize(text) if phonemes]

    def _phonemes_of_word(self, word: str) -> str:
        if self.config.espeak_voice == DIACRITICS:
            return ""
        return " ".join("".join(phonemes) for phonemes in self._voice.phonemize(word))
