"""Requests under random faults, over real sockets: every one ends in all of its words, and nothing is left behind.

`--soak` makes 5,000 of it. Each request is drawn from its own number, so that any one can be repeated.
"""

from __future__ import annotations

import asyncio
import gc
import random
import tempfile
from collections import Counter
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from tests.fakes.cut_case import is_unnoticed
from tests.fakes.cut_house import CutHouse
from tests.fakes.idle_loop import run_idle
from tests.fakes.word_listener import judged, pieces
from tests.fakes.word_server_adapter import WordServerAdapter
from tests.fakes.word_sound import Tones, WordSound
from tests.fakes.word_times import EspeakTimes, words_of
from tests.servers.word_server import Fault, FaultKind, WordServer

REQUESTS, LONG_REQUESTS = 100, 5_000
AT_ONCE = 12
TEXTS = (
    "The kitchen light is on. Somebody left the back door open.",
    "Somebody left the garage window open, and rain comes at 18:30. Shall I close it?",
    "Rain comes at 18:30, so the garden stays dry until evening. The window is open!",
    "It is 21.5 degrees in the kitchen and 19 degrees in the garage. The door is open.",
    "The garden light stays on until evening; shall I close the garage door?",
    "Close the window. The light in the garage is on until 18:30, and somebody comes.",
)
LEAVES = 0.15
"""Of the listeners, somewhere in the middle."""
UP_TO_S = 300.0
"""Between two requests of the same client: circuits open and close, and paces are forgotten by nobody."""
WITHIN_S = 120.0
"""Of the loop's time: no request takes longer, whatever happens to it."""
UNNOTICED_SHARE = 0.01
"""Of requests that lost the end of an utterance since a link without word times ended it between two words."""
GROWTH_LIMIT_MB = 12.0
"""From a third of the requests on; the doubles' own memory of what they said is full by then."""


@dataclass
class Moody:
    """A share of the utterances fails, anywhere and anyhow."""

    share: float
    rng: random.Random

    def __call__(self, size: int) -> Fault | None:
        if self.rng.random() >= self.share:
            return None
        return Fault(self.rng.choice(list(FaultKind)), self.rng.randrange(size))


@dataclass
class Rig:
    """Three servers and a house over them; the last one never fails."""

    times: EspeakTimes
    folder: Path
    tones: Tones = field(default_factory=Tones)
    outcomes: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sounds = [
            WordSound(self.times, self.tones, number, rate=rate, pace=pace, jitter=0.05)
            for number, (rate, pace) in enumerate([(24_000, 0.9), (22_050, 1.15), (16_000, 1.0)])
        ]
        troubles = [Moody(0.3, random.Random(1)), Moody(0.15, random.Random(2)), None]
        self.servers = [
            WordServer(self.folder / str(number), sound, marks=number > 0, trouble=trouble)
            for number, (sound, trouble) in enumerate(zip(self.sounds, troubles, strict=True))
        ]
        self.adapters = [
            WordServerAdapter(name, server.path, server.marks)
            for name, server in zip(("cloud", "lan", "last"), self.servers, strict=True)
        ]

    async def ask(self, house: CutHouse, number: int) -> None:
        """Make one request, and judge what was heard of it."""
        rng = random.Random(number)
        await asyncio.sleep(rng.uniform(0.0, UP_TO_S))
        text = rng.choice(TEXTS)
        leave_after = rng.randrange(1, 12) if rng.random() < LEAVES else None
        try:
            async with asyncio.timeout(WITHIN_S):
                heard = await house.say(text, "en-us", leave_after=leave_after)
        except TimeoutError:
            self.problems.append(f"{number}: hangs")
            return
        self.outcomes[heard.record.outcome] += 1
        self.outcomes.update(heard.record.failures)
        if heard.error is not None:
            self.problems.append(f"{number}: {heard.error}")
        elif heard.record.outcome == "complete":
            verdict = judged(words_of(text), pieces(heard.pcm, heard.rate, self.tones), self.sounds)
            if is_unnoticed(verdict, self.servers[0]):
                self.outcomes["unnoticed"] += 1
            elif verdict.lost or verdict.strange:
                self.problems.append(f"{number}: {verdict} {heard.record.failures} {heard.record.links}")

    async def left_over(self) -> list[str]:
        """Return what is still at work, once everybody has gone."""
        async with asyncio.timeout(WITHIN_S):
            for server in self.servers:
                await server.idle()
        left = [f"{one.name}: {one.entered} {one.left}" for one in self.adapters if one.entered != one.left]
        return left + [str(task) for task in asyncio.all_tasks() if task is not asyncio.current_task()]


@pytest.mark.timeout(1800)  # the long form: 25 ms a request, and as much again where others use the machine
def test_under_random_faults_every_request_is_answered_whole_and_nothing_stays(table: list[str], *, soak: bool) -> None:
    with EspeakTimes() as times, tempfile.TemporaryDirectory(prefix="soak-") as folder:
        rig = Rig(times, Path(folder))
        sizes = run_idle(_soak(rig, LONG_REQUESTS if soak else REQUESTS))
    table.append(f"soak: {dict(rig.outcomes)}, MB {sizes[0]:.1f} {sizes[len(sizes) // 3]:.1f} {sizes[-1]:.1f}")
    if rig.problems:
        pytest.fail(f"{len(rig.problems)} of {rig.outcomes}:\n" + "\n".join(rig.problems[:10]), pytrace=False)
    assert rig.outcomes["unnoticed"] <= UNNOTICED_SHARE * rig.outcomes["complete"]
    assert sizes[-1] - sizes[len(sizes) // 3] < GROWTH_LIMIT_MB


async def _soak(rig: Rig, requests: int) -> list[float]:
    """Return the size of this process in MB, ten times on the way."""
    process = psutil.Process()
    async with AsyncExitStack() as stack:
        files = process.num_fds()
        for server in rig.servers:
            await stack.enter_async_context(server)
        house = CutHouse(*rig.adapters, times=rig.times)
        numbers = iter(range(requests))
        sizes: list[float] = []

        async def client() -> None:
            for number in numbers:
                await rig.ask(house, number)
                if number % (requests // 10) == 0:
                    gc.collect()
                    sizes.append(process.memory_info().rss / 1e6)

        async with asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                tasks.create_task(client())
        left = await rig.left_over()
    assert not left
    assert process.num_fds() <= files, "every socket is closed"
    return sizes
