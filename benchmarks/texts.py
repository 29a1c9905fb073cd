"""English to be spoken, of an exact length."""

from __future__ import annotations

from itertools import count

SENTENCES = (
    "The kettle in the kitchen has boiled, number {}.",
    "Somebody left the garden gate open again, and it is going to rain at {}.",
    "Your next appointment is at {} in the afternoon, twenty minutes away by bicycle.",
    "The washing machine will be done in {} minutes.",
)


def text_of(chars: int, *, seed: int = 0) -> str:
    """Return so many characters of sentences that end with a full stop; another seed is another text."""
    text = ""
    for number in count(seed):
        text += SENTENCES[number % len(SENTENCES)].format(number + 10) + " "
        if len(text) >= chars:
            return text[: chars - 1].rstrip(" .,").ljust(chars - 1, "a") + "."
    raise AssertionError
