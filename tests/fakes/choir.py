"""An adapter with any voices, on this machine or elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.word_adapter import Vocabulary, WordAdapter
from wyoming_tts.adapters.base import Capabilities
from wyoming_tts.speech.voice import Voice

if TYPE_CHECKING:
    from collections.abc import Sequence


class Choir(WordAdapter):
    """Speaks words with each of its voices; with `variants` any of them may have one behind a `+`."""

    def __init__(
        self,
        name: str,
        *voices: Voice,
        local: bool = True,
        variants: Sequence[str] = (),
        vocabulary: Vocabulary | None = None,
    ) -> None:
        super().__init__(name, vocabulary or Vocabulary())
        self._voices = voices
        self._local = local
        self._variants = variants

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(streams=True, marks=True, local=self._local)

    def voices(self) -> Sequence[Voice]:
        return self._voices

    def accepts(self, voice: str) -> bool:
        base, plus, variant = voice.partition("+")
        return super().accepts(base) and (not plus or variant in self._variants)


def voice(name: str, *languages: str, gender: str | None = None, quality: int = 1) -> Voice:
    return Voice(name, languages, gender=gender, quality=quality)
