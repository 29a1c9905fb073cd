"""What a fake ElevenLabs says: tones for words, and when each character begins, in the API's two shapes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from tests.servers.sounds import SYLLABLE_S, pcm

if TYPE_CHECKING:
    from collections.abc import Iterator

WORD_S = SYLLABLE_S * 1.2
PIECE_S = 0.1
"""Of audio in one message; the real ones are longer."""


class Times(StrEnum):
    """How the times of characters come."""

    WITH_EACH = "with each piece"
    NEVER = "never"
    LAST = "with the last piece only"
    TWICE = "some of them first, then all again"
    OTHER_TEXT = "of another text"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some of a text's audio, and the characters that begin in it; times from the text's beginning."""

    audio: bytes
    chars: tuple[str, ...]
    starts_s: tuple[float, ...]


def spoken(text: str, rate: int) -> list[Piece]:
    """Return a tone for each word, in pieces; blanks take the quiet end of the word before them."""
    words = text.split()
    sound = pcm(len(words), rate)
    chars: list[tuple[str, float]] = []
    for number, word in enumerate(words):
        step = SYLLABLE_S / len(word)
        chars += [(char, number * WORD_S + index * step) for index, char in enumerate(word)]
        chars.append((" ", number * WORD_S + SYLLABLE_S))
    return list(_cut(sound, chars, rate))


def _cut(sound: bytes, chars: list[tuple[str, float]], rate: int) -> Iterator[Piece]:
    size = int(PIECE_S * rate) * 2
    for start in range(0, len(sound), size):
        begins, ends = start / rate / 2, (start + size) / rate / 2
        told = [(char, at_s) for char, at_s in chars if begins <= at_s < ends]
        yield Piece(sound[start : start + size], tuple(char for char, _ in told), tuple(at_s for _, at_s in told))


def timed(pieces: list[Piece], times: Times) -> list[Piece | None]:
    """Return which times each piece comes with."""
    every = Piece(b"", *map(tuple, zip(*[pair for one in pieces for pair in _pairs(one)], strict=True)))
    match times:
        case Times.NEVER:
            return [None for _ in pieces]
        case Times.LAST:
            return [*(None for _ in pieces[1:]), every]
        case Times.TWICE:
            half = len(every.chars) // 2
            some = Piece(b"", every.chars[:half], every.starts_s[:half])
            return [some, *(None for _ in pieces[2:]), every] if len(pieces) > 1 else [every]
        case Times.OTHER_TEXT:
            return [Piece(b"", tuple("q" for _ in one.chars), one.starts_s) for one in pieces]
    return list(pieces)


def in_seconds(piece: Piece | None) -> dict[str, Any] | None:
    if piece is None or not piece.chars:
        return None
    ends = [*piece.starts_s[1:], piece.starts_s[-1] + 0.02]
    return {
        "characters": list(piece.chars),
        "character_start_times_seconds": list(piece.starts_s),
        "character_end_times_seconds": ends,
    }


def in_milliseconds(piece: Piece | None) -> dict[str, Any] | None:
    if piece is None or not piece.chars:
        return None
    starts = [round(start_s * 1000) for start_s in piece.starts_s]
    ends = [*starts[1:], starts[-1] + 20]
    return {
        "chars": list(piece.chars),
        "charStartTimesMs": starts,
        "charDurationsMs": [end - start for start, end in zip(starts, ends, strict=True)],
    }


def _pairs(piece: Piece) -> Iterator[tuple[str, float]]:
    yield from zip(piece.chars, piece.starts_s, strict=True)
