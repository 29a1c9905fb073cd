"""One contender at a time, each first every other time."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast

import pytest

from benchmarks.side_by_side.call import Call
from benchmarks.side_by_side.contender import Contender
from benchmarks.side_by_side.heard import Heard
from benchmarks.side_by_side.in_turn import in_turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.side_by_side.caller_process import CallerProcess


@dataclass
class Callers:
    """In place of the process of clients: notes whom it was sent to."""

    error: str = ""
    asked: list[int] = field(default_factory=list)
    busy: int = 0

    async def hear(self, port: int, _: str | None, calls: Sequence[Call]) -> list[Heard]:
        assert not self.busy
        self.busy += 1
        await asyncio.sleep(0)
        self.busy -= 1
        self.asked.append(port)
        return [Heard(0.0, ((0.1, 1.0),), 0.2, error=self.error) for _ in calls]


def contenders(callers: Callers) -> list[Contender]:
    return [Contender(str(port), cast("CallerProcess", callers), 0, port) for port in (1, 2)]


async def test_the_order_is_turned_every_round() -> None:
    callers = Callers()
    heard = await in_turn(contenders(callers), [[Call("one")], [Call("two"), Call("three")]])
    assert callers.asked == [2, 1, 1, 2]
    assert [len(answers) for answers in heard["1"]] == [1, 2]


async def test_a_broken_answer_ends_it_only_where_all_must_be_whole() -> None:
    callers = Callers(error="overloaded")
    with pytest.raises(RuntimeError, match="2: overloaded"):
        await in_turn(contenders(callers), [[Call("one")]])
    heard = await in_turn(contenders(callers), [[Call("one")]], whole=False)
    assert heard["1"][0][0].error == "overloaded"
