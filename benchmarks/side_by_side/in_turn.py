"""The same calls to each contender, one after the other: only one of them works at any moment."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from benchmarks.side_by_side.call import Call
    from benchmarks.side_by_side.contender import Contender
    from benchmarks.side_by_side.heard import Heard

REST_S = 0.1
"""Threads of the one before may still spin, and its buffers are still being freed."""


async def in_turn(
    contenders: Sequence[Contender], rounds: Iterable[Sequence[Call]], *, whole: bool = True
) -> dict[str, list[list[Heard]]]:
    """Make each round's calls to each contender; return what was heard by contender, one list for each round.

    The order is turned round every time. Raises RuntimeError where `whole` and an answer is not.
    """
    heard: dict[str, list[list[Heard]]] = {contender.name: [] for contender in contenders}
    for number, calls in enumerate(rounds):
        for contender in contenders if number % 2 else reversed(contenders):
            await asyncio.sleep(REST_S)
            answers = await contender.hear(*calls)
            if whole and (errors := [answer.error for answer in answers if answer.error]):
                raise RuntimeError(f"{contender.name}: {', '.join(errors)}")
            heard[contender.name].append(answers)
    return heard
