"""What went wrong in an engine, as the code and the sentence that travel to the parent."""

from __future__ import annotations

from dataclasses import dataclass

from wyoming_tts.errors import BadAudio, ModelTooLarge, ProviderUnavailable, UtteranceRejected

REASON_PREFIX = "wyoming-tts-worker: "
"""Begins the one line on stderr that the parent may show: the class of what kept a model from being made."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Facts about a failed piece of work; `detail` never holds the spoken text."""

    code: str
    """The code of a ProviderError."""
    detail: str


def failure_of(error: Exception, *, opened: bool = False) -> Failure:
    """Return what an engine's exception means; nothing but its class is kept, since its text may quote the utterance.

    A model refuses a voice with KeyError and a text with ValueError before it opens its audio; later they are bugs.
    """
    if isinstance(error, MemoryError):
        return Failure(ModelTooLarge.code, "out of memory")
    if isinstance(error, KeyError) and not opened:
        return Failure(UtteranceRejected.code, "unknown voice or speaker")
    if isinstance(error, BadAudio):
        return Failure(BadAudio.code, "samples that are no numbers")
    if isinstance(error, DamagedAudio):
        return Failure(BadAudio.code, "not whole frames, or no format")
    if isinstance(error, ValueError) and not opened:
        return Failure(UtteranceRejected.code, "the engine cannot take this text or option")
    return Failure(ProviderUnavailable.code, f"{type(error).__name__} in the engine")


class DamagedAudio(ValueError):
    """The engine handed over something that is not audio in the format it named."""
