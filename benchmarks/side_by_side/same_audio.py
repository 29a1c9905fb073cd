"""That the same voice has spoken: this server would otherwise be quick by letting eSpeak NG speak in Piper's place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.report import Figure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.side_by_side.heard import Heard

LIMIT = 0.1
"""The length of speech is partly chance, a few percent of a sentence; eSpeak NG's differs by a fifth or more."""


def same_audio(what: str, ours: Sequence[Heard], theirs: Sequence[Heard]) -> Figure:
    """Compare how much audio the same texts gave together; answers that failed are left out on both sides."""
    pairs = [(one, other) for one, other in zip(ours, theirs, strict=True) if not one.error and not other.error]
    ours_s, theirs_s = (sum(answer.audio_s for answer in answers) for answers in zip(*pairs, strict=True))
    return Figure(f"{what}: audio longer or shorter than the peer's", abs(ours_s / theirs_s - 1), LIMIT, "of it")
