"""Stretches of plain text on their way to an engine."""

from __future__ import annotations

from dataclasses import dataclass

from wyoming_tts.speech.prosody import NATURAL, Prosody


@dataclass(frozen=True, slots=True)
class Sentence:
    """What splitting yields, the same for any chunking of the input; plain text, never blank."""

    text: str


@dataclass(frozen=True, slots=True)
class Utterance:
    """One stretch of plain text for one voice: the unit of synthesis, of falling back, of caching."""

    text: str
    voice: str
    """The provider's own name of the voice."""
    speaker: str | None = None
    prosody: Prosody = NATURAL
    language: str = ""
    """BCP 47 tag of the text as the router understood it; empty where nobody knows."""
    answer_id: str = ""
    previous_text: str = ""
    """What was said just before, for engines whose prosody runs on."""
    next_text: str = ""
    """What follows, as far as it is known already; for the same engines."""
    streamed: bool = False
    """More of the answer may follow that nobody knows yet: it is spoken while it is being written."""
    cacheable: bool = True
    due_s: float = 0.0
    """Seconds from now until the listener runs dry; 0 for one who hears nothing yet."""
    patience_s: float | None = None
    """Seconds the listener may hear nothing, after `due_s`, before the next link carries on; None waits for ever."""
    via: tuple[str, ...] = ()
    """Names of the servers of our kind that the request has come through."""
    insist: bool = False
    """Nobody else is left to say it: try also where the circuit is open."""
    seed: int | None = None
    sentence_starts: tuple[int, ...] = (0,)
    """Offsets of the sentences in the text."""
