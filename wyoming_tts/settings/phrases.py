"""Sentences that are made ahead, so that they are there at once and without the internet."""

from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from wyoming_tts.settings.section import Count, Section

MAX_PHRASES, MAX_PHRASE_CHARS = 200, 300
"""A house has some dozens of announcements; a longer text is no phrase, and its sentences can be listed."""
MAX_VOICES = 8
"""Each of them has every phrase made."""


def _sayable(phrase: str) -> str:
    if not phrase.strip():
        raise ValueError("must hold something to say")
    return phrase


class PhraseSettings(Section):
    """Sentences that are made ahead while nobody speaks, and kept: they begin at once, also with the internet down.

    A plain list in the place of this section is its `say`.
    """

    list_key: ClassVar[str] = "say"

    say: Annotated[
        tuple[Annotated[str, Field(max_length=MAX_PHRASE_CHARS), AfterValidator(_sayable)], ...],
        Field(max_length=MAX_PHRASES),
    ] = ()
    """What is made ahead, `Dinner is ready.` say. A voice that costs money is paid for each once, and again when you
    change the phrase or the voice."""
    voices: Annotated[tuple[str, ...], Field(max_length=MAX_VOICES)] = ()
    """Who says them, by the names that Home Assistant shows; leave it out for the voice that speaks when no other is
    asked for."""
    learn: bool = False
    """Whether sentences of up to 80 characters that are heard often, three times in two weeks, are made ahead as well,
    only ever by voices that cost nothing. To know them the server keeps the short sentences that it says, a thousand at
    most, in its data directory in plain words; private texts never. Switched off again, it forgets all of them."""
    learn_max: Annotated[Count, Field(ge=1, le=500)] = 50
    """How many such sentences are kept ready, those heard most often."""
