"""An adapter as the owner configured it, and one of its voices as a link of a chain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from wyoming_tts.speech.prosody import NATURAL, Prosody

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractAsyncContextManager

    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.speech.audio import AudioStream
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.speech.voice import Voice
    from wyoming_tts.synthesis.admission import Admission
    from wyoming_tts.synthesis.health.breaker import CircuitBreaker
    from wyoming_tts.synthesis.kept_speech import KeptSpeech


class Synthesizes(Protocol):
    """The one method that adapters and all wrappers round them share."""

    def synthesize(self, utterance: Utterance) -> AbstractAsyncContextManager[AudioStream]:
        """Speak, by the contract of `Adapter.synthesize`."""
        ...


@dataclass(frozen=True, slots=True)
class Provider:
    """An adapter with its wrappers and the owner's wishes for all its voices."""

    adapter: Adapter
    stack: Synthesizes
    """The adapter inside its wrappers; the only way to speak with it."""
    breaker: CircuitBreaker
    """Whether it may be tried, and how it has done of late."""
    admission: Admission
    """Who may speak with it now."""
    prosody: Prosody = NATURAL
    sentence_pause_s: float = 0.0
    advertised: bool = True
    """False for the embedded last resort that the owner did not list."""
    kept: KeptSpeech | None = None
    """What it has said before; None where nothing of it is kept."""

    @property
    def name(self) -> str:
        """Its key in the settings."""
        return self.adapter.name

    def voices(self) -> Sequence[Voice]:
        """Return the voices known now."""
        return self.adapter.voices()


@dataclass(frozen=True, slots=True)
class Link:
    """One choice of a chain: a voice of a provider, spoken in a certain way."""

    provider: Provider
    voice: str
    speaker: str | None = None
    prosody: Prosody = NATURAL
    sentence_pause_s: float = 0.0
    language: str = ""
    """BCP 47 tag of the text that it is chosen for."""

    @property
    def name(self) -> str:
        """`provider/voice#speaker`."""
        return f"{self.provider.name}/{self.voice}" + (f"#{self.speaker}" if self.speaker else "")

    def holds(self, text: str) -> bool:
        """Whether the text was said before and can be heard again, whatever the provider's state; asks no disk."""
        kept = self.provider.kept
        return kept is not None and kept.holds(text, self.voice, self.speaker, self.prosody, self.language)

    def synthesize(self, utterance: Utterance) -> AbstractAsyncContextManager[AudioStream]:
        """Speak the utterance, which must have been made for this link."""
        return self.provider.stack.synthesize(utterance)
