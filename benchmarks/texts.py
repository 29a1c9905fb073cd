"""English to be spoken, of an exact length."""

from __future__ import annotations

import random
from itertools import count

SENTENCES = (
    "The kettle in the kitchen has boiled, number {}.",
    "Somebody left the garden gate open again, and it is going to rain at {}.",
    "Your next appointment is at {} in the afternoon, twenty minutes away by bicycle.",
    "The washing machine will be done in {} minutes.",
)

OPENERS = ("All right", "By the way", "Good morning", "Just so you know", "Sure", "Thank you for asking", "Well", "Yes")
SUBJECTS = (
    "the kettle in the kitchen",
    "the washing machine downstairs",
    "the light in the hall",
    "the front door",
    "your sister",
    "the heating in the bathroom",
    "somebody from the bakery",
    "the cat",
    "the garage door",
    "the train to the city",
    "the parcel from your brother",
    "the dishwasher",
)
STATES = (
    "is ready now",
    "will be done before dinner",
    "was left open again",
    "needs a little more time",
    "has been waiting for you",
    "came back an hour ago",
    "is much too warm for this time of year",
    "will take about twenty minutes longer than usual",
    "is fine",
    "stopped by itself a moment ago",
    "was here while you were out",
)
TAILS = ("", "", " today", " as always", " once more", " after all", " this morning", " according to the calendar")
JOINERS = (", and ", ", but ", ", so ", ", while ", " because ", ", which is why ", " and ")

SHORTEST, SENTENCE_CHARS = 24, (45, 150)
"""A sentence of an assistant's has so many characters."""
TRIES = 20_000
"""One in about fifty has the length that is wanted."""


def text_of(chars: int, *, seed: int = 0) -> str:
    """Return so many characters of sentences that end with a full stop; another seed is another text."""
    text = ""
    for number in count(seed):
        text += SENTENCES[number % len(SENTENCES)].format(number + 10) + " "
        if len(text) >= chars:
            return text[: chars - 1].rstrip(" .,").ljust(chars - 1, "a") + "."
    raise AssertionError


def sentence_of(chars: int, *, seed: int | str = 0) -> str:
    """Return one sentence of exactly so many characters, with commas where it is long."""
    return _sentence(random.Random(f"{seed}/{chars}"), chars)


def sentences_of(count: int, chars: int, *, seed: int | str = 0) -> str:
    """Return so many sentences of about one length, so many characters together."""
    rng = random.Random(f"{seed}/{count}/{chars}")
    each, rest = divmod(chars - (count - 1), count)
    return " ".join(_sentence(rng, each + (number < rest)) for number in range(count))


def answer_of(chars: int, *, seed: int | str = 0) -> str:
    """Return so many characters of sentences of many lengths, as an assistant that has much to say."""
    rng = random.Random(f"{seed}/{chars}")
    sentences: list[str] = []
    while chars > SENTENCE_CHARS[1]:
        length = min(rng.randint(*SENTENCE_CHARS), chars - SHORTEST - 1)
        sentences.append(_sentence(rng, length))
        chars -= length + 1
    return " ".join([*sentences, _sentence(rng, chars)])


def unpunctuated(chars: int, *, seed: int | str = 0) -> str:
    """Return so many characters of words without a single mark, as a speech recogniser writes them."""
    rng = random.Random(f"{seed}/{chars}")
    text = ""
    while len(text) < chars:
        text += f"{rng.choice(SUBJECTS)} {rng.choice(STATES)} and "
    return text[:chars].rstrip().ljust(chars, "a")


def _sentence(rng: random.Random, chars: int) -> str:
    for _ in range(TRIES):
        text = _clauses(rng, chars - 1) + "."
        if len(text) == chars:
            return text
    raise ValueError(f"no sentence of {chars} characters was found")


def _clauses(rng: random.Random, chars: int) -> str:
    """Return clauses that have about the length wanted."""
    text = f"{rng.choice(OPENERS)}, " if rng.random() < 0.3 else ""
    text += _clause(rng)
    while chars - len(text) > SHORTEST:
        text += rng.choice(JOINERS) + _clause(rng)
    return text[0].upper() + text[1:]


def _clause(rng: random.Random) -> str:
    return f"{rng.choice(SUBJECTS)} {rng.choice(STATES)}{rng.choice(TAILS)}"
