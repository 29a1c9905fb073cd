"""What an engine looks like inside a worker: synchronous, stepwise, one thread.

Imports only the standard library and the nouns, since a worker may run in an interpreter of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from wyoming_tts.speech.audio import AudioFormat, Mark
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.speech.voice import Voice
    from wyoming_tts.speech.voice_file import UnusableFile


@dataclass(frozen=True, slots=True)
class Remarks:
    """What is worth knowing of a model beside its voices."""

    variants: tuple[str, ...] = ()
    """What may follow a voice's name after a `+`."""
    unusable: tuple[UnusableFile, ...] = ()
    """Files that look like a voice and are none."""
    whole: tuple[UnusableFile, ...] = ()
    """Voices that are spoken one sentence at a time, though the engine can do better with others."""
    marked: tuple[str, ...] = ()
    """Voices that are loaded and spoken with word times, where that is not the same for all voices of an engine."""


class Sink(Protocol):
    """Where a step puts its audio; may be used from the engine's thread."""

    @property
    def cancelled(self) -> bool:
        """Nobody wants the rest; end the step as soon as possible."""
        ...

    @property
    def in_hand_s(self) -> float:
        """Seconds of audio the listener had not played yet when the step began; 0 for one who hears nothing."""
        ...

    @property
    def alone(self) -> bool:
        """Nobody else waited for the engine when the step began: a longer one harms nobody."""
        ...

    def open(self, format_: AudioFormat) -> None:
        """Say, once and before any audio, in which format it comes."""
        ...

    def emit(self, pcm: bytes, marks: Sequence[Mark] = ()) -> None:
        """Hand over whole frames; marks count from the utterance's beginning."""
        ...

    def on_cancel(self, stop: Callable[[], None]) -> None:
        """Call `stop` (from another thread) when the utterance is cancelled; the newest one counts."""
        ...


class Model(Protocol):
    """An engine with its loaded voices. Every method runs in the worker's one engine thread."""

    interleaves: bool
    """Steps of several utterances may alternate; otherwise one utterance runs all its steps in a row."""

    def voices(self) -> Sequence[Voice]:
        """Return what can be asked for, in a stable order; must be quick (it may read the disk)."""
        ...

    def remarks(self) -> Remarks:
        """Return what there is to say about the voices as `voices()` last saw them."""
        ...

    def load(self, voice: str) -> None:
        """Load what `voice` needs. Raises KeyError for an unknown voice, MemoryError, or what the engine raises."""
        ...

    def steps(self, utterance: Utterance, sink: Sink) -> Iterator[None]:
        """Speak the utterance: each `next()` is one step; after the last one all its audio is in the sink.

        Raises KeyError for an unknown voice or speaker, ValueError for text the engine cannot take.
        """
        ...

    def close(self) -> None:
        """Free everything."""
        ...
