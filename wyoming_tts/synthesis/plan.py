"""The text of one utterance, and what it was put together from."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.synthesis.reading import Piece


@dataclass(frozen=True, slots=True)
class Plan:
    """The text of one utterance."""

    text: str
    sentence_starts: tuple[int, ...]
    """Offsets of what it was put together from."""
    begins_sentence: bool
    sentences: tuple[str, ...] = ()
    """Those in it that are whole."""

    @classmethod
    def of(cls, pieces: Sequence[Piece]) -> Plan:
        """Join the pieces by spaces."""
        return cls(
            " ".join(piece.text for piece in pieces),
            tuple(accumulate((len(piece.text) + 1 for piece in pieces[:-1]), initial=0)),
            pieces[0].begins_sentence,
            tuple(piece.text for piece in pieces if piece.begins_sentence and piece.ends_sentence),
        )
