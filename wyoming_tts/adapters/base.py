"""The contract between the house and anything that can speak."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import AbstractAsyncContextManager

    from wyoming_tts.adapters.credit import Credit
    from wyoming_tts.speech.audio import AudioStream
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.speech.voice import Voice


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What an adapter declares about itself, so that nobody has to ask which kind it is."""

    streams: bool = False
    """Audio leaves before the utterance is finished."""
    marks: bool = False
    """Chunks carry word times, of whatever voice."""
    interleaves: bool = False
    """Several utterances at once share the engine step by step."""
    orders: bool = False
    """It lets whoever runs dry first go first by itself, so that nobody needs to be kept waiting before it."""
    concurrency: int = 1
    """Utterances worth sending at the same time; of no account for one that orders or interleaves them."""
    minds_context: bool = False
    """What stands before and behind an utterance changes how it is spoken."""
    one_breath: bool = False
    """The utterances of a text stream are spoken one after the other, each running on from the one before."""
    max_chars: int | None = None
    """Longest text of one utterance; None for no limit of its own."""
    free: bool = True
    """No money is spent by speaking."""
    free_probe: bool = True
    """No money is spent by `probe()`."""
    local: bool = True
    """The text does not leave this machine."""
    instant: bool = False
    """Speaks sooner than a memory could answer: nothing of it is kept, and nothing is cut for it."""
    relays: bool = False
    """Its voices are those of another server of our kind, or may be: such a server need not be told of them."""


class Adapter(ABC):
    """The code that speaks to one kind of engine. A constructor opens nothing and starts no task."""

    def __init__(self, name: str) -> None:
        self.name = name
        """The provider's key in the settings; stands in every error it raises."""

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """What this adapter can do."""

    @abstractmethod
    async def start(self) -> None:
        """Make ready; return when `voices()` is worth asking. Raises ProviderError where that fails for now."""

    @abstractmethod
    def voices(self) -> Sequence[Voice]:
        """Return the voices known now, from memory, in a stable order; the last good list while it is down."""

    def accepts(self, voice: str) -> bool:
        """Whether `voice` can be asked for, also where it is not advertised (a variant, say)."""
        return any(voice == known.name for known in self.voices())

    def marks_words(self, voice: str) -> bool:  # noqa: ARG002 - most do it for all of their voices, or for none
        """Whether the voice says when which word is spoken."""
        return self.capabilities.marks

    @abstractmethod
    def synthesize(self, utterance: Utterance) -> AbstractAsyncContextManager[AudioStream]:
        """Speak in 16-bit mono: entered means accepted and the format known, left means nothing of it still runs.

        Raises only ProviderError and CancelledError, on entering and while the chunks are read.
        """

    def is_warm(self, voice: str) -> bool:  # noqa: ARG002 - most have nothing to load
        """Whether `voice` speaks without something being loaded first; a first time that takes long is no fault."""
        return True

    async def warm(self, voice: str) -> None:  # noqa: B027 - nothing to load is a fine answer
        """Load what `voice` needs ahead of its first utterance and keep it; raises ProviderError."""

    async def open_ahead(self) -> None:  # noqa: B027 - most have nothing to open
        """Have at hand what takes time to open, since somebody is about to speak; raises nothing."""

    def answered(self, answer_id: str) -> None:  # noqa: B027 - most keep nothing open for an answer
        """Let go of what was kept open for this answer, which is over; raises nothing and does not wait."""

    @property
    def credit(self) -> Credit | None:
        """What is left on the owner's account there; None where that is unknown or nothing is billed."""
        return None

    @abstractmethod
    async def probe(self) -> None:
        """Check for real, at no cost, that it could speak; raises ProviderError."""

    @abstractmethod
    async def aclose(self) -> None:
        """End everything that was started; may be called twice."""
