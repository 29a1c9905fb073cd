"""The first link is cut at every kind of byte in every way, over real sockets: no word may be lost.

The default run takes places all over each text, others for every fault, and those where utterances begin and end;
`--soak` takes 200 of each text besides.
"""

from __future__ import annotations

import asyncio
import tempfile
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes.cut_case import HEARD_BEFORE, TEXTS, Case, Row
from tests.fakes.cut_house import CutHouse
from tests.fakes.idle_loop import run_idle
from tests.fakes.tapped import Tapped
from tests.fakes.word_listener import Piece, judged, pieces
from tests.fakes.word_server_adapter import WordServerAdapter
from tests.fakes.word_times import EspeakTimes, words_of
from tests.servers.word_server import AtByte, FaultKind, WordServer
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.local.espeak import EspeakSettings, build
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.telemetry.clock import SystemClock
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wyoming_tts.adapters.base import Adapter

pytestmark = pytest.mark.timeout(300)  # some 80 answers a fault, and a thousand in the long form

HEADING = "marks fault        runs  lost repeated  most failures unnoticed  broken promises"
PLACES, SOAK_PLACES = 12, 200
"""Spread over each text; the borders of its utterances are cut besides."""
UNNOTICED_SHARE = 0.05
ALIKE, ALIKE_PLACES = (FaultKind.ERROR, FaultKind.NO_EVENT, FaultKind.HTML), 8
"""Noticed and left in the same way as a reset or as noise: fewer places and no borders, but in the long form."""
GOLDEN = 0.618
"""Steps of it never fall on the same place again: each text and each fault is cut elsewhere."""
AT_ONCE = 8


@pytest.fixture(scope="module")
def times() -> Iterator[EspeakTimes]:
    with EspeakTimes() as opened:
        yield opened


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short path: that of a socket has room for 108 bytes."""
    with tempfile.TemporaryDirectory(prefix="cut-") as made:
        yield Path(made)


@pytest.mark.parametrize("marks", [True, False], ids=["marks", "no-marks"])
@pytest.mark.parametrize("kind", list(FaultKind), ids=lambda kind: kind.value.replace(" ", "-"))
def test_wherever_the_first_link_breaks_no_word_is_lost(
    times: EspeakTimes, folder: Path, table: list[str], kind: FaultKind, *, marks: bool, soak: bool
) -> None:
    row = Row()
    alike = kind in ALIKE and not soak
    places = SOAK_PLACES if soak else ALIKE_PLACES if alike else PLACES
    for number, name in enumerate(TEXTS, list(FaultKind).index(kind) * len(TEXTS)):
        case = Case(times, name, marks)
        run_idle(_cut_everywhere(case, kind, places, folder, row, shift=number * GOLDEN % 1, borders=not alike))
    table.extend([] if any(line.startswith(HEADING) for line in table) else [HEADING])
    table.append(f"{'yes' if marks else 'no':5} {kind.value:11} {row}")
    if row.problems:
        pytest.fail("\n".join(row.problems[:10]), pytrace=False)
    assert row.unnoticed <= UNNOTICED_SHARE * row.runs


async def _cut_everywhere(
    case: Case, kind: FaultKind, places: int, folder: Path, row: Row, *, shift: float, borders: bool
) -> None:
    sounds = case.sounds()
    whole, server = await case.run(sounds, folder / f"{case.name}-whole", None)
    verdict = case.judge(whole, sounds)
    assert (verdict.lost, verdict.repeats, verdict.strange) == ((), (), ()), "unbroken it is heard as it was written"
    size = sum(server.sizes)
    room = asyncio.Semaphore(AT_ONCE)

    async def one(at: int) -> None:
        async with room:
            heard, server = await case.run(sounds, folder / f"{case.name}-{at}", AtByte(kind, at))
        case.note(row, f"{kind.value} at {at} of {size}", heard, case.judge(heard, sounds), server)

    spread = {int(size * (place + shift) / places) for place in range(places)}
    async with asyncio.TaskGroup() as tasks:
        for at in sorted(spread | (_borders(server.sizes) if borders else set())):
            tasks.create_task(one(at))


def _borders(sizes: Sequence[int]) -> set[int]:
    """Return the first and the last byte of every utterance."""
    ends = list(accumulate(sizes))
    return {0, *ends[:-1], *(end - 1 for end in ends)}


ESPEAK_HZ = 22_050
REAL_PLACES, REAL_SOAK_PLACES = 6, 24
REAL_STALL_SHARE = 0.3
"""Of the audio, and no later: before a stall is noticed all that came is really listened to. On the idle loop above and
with `--soak` it stalls everywhere.
"""
REAL_PATIENCE_S = 2.0
"""For what takes milliseconds: a real worker's time goes on while the machine is busy."""
REAL_KINDS = (FaultKind.REFUSED, FaultKind.RESET, FaultKind.STALLED, FaultKind.ENDED_EARLY, FaultKind.NOISE)


@pytest.mark.parametrize("marks", [True, False], ids=["marks", "no-marks"])
@pytest.mark.parametrize("kind", REAL_KINDS, ids=lambda kind: kind.value.replace(" ", "-"))
async def test_the_real_espeak_carries_on_with_all_that_is_missing(
    times: EspeakTimes, folder: Path, tmp_path: Path, kind: FaultKind, *, marks: bool, soak: bool
) -> None:
    row, places = Row(), REAL_SOAK_PLACES if soak else REAL_PLACES
    until = REAL_STALL_SHARE if kind is FaultKind.STALLED and not soak else 1.0
    clock = SystemClock()
    context = AdapterContext(tmp_path, WorkerPool(None, clock=clock), clock, WorkerSettings())
    espeak = build("espeak", EspeakSettings(), context)
    await espeak.start()
    try:
        async with asyncio.TaskGroup() as tasks:
            for name in ("home", "compounds"):
                case = Case(times, name, marks)
                for place in range(places):
                    share = until * (place + 0.5) / places
                    tasks.create_task(_fall_on_espeak(case, kind, share, folder / f"{name}{place}", espeak, row))
    finally:
        await espeak.aclose()
    if row.problems:
        pytest.fail("\n".join(row.problems[:10]), pytrace=False)


async def _fall_on_espeak(case: Case, kind: FaultKind, share: float, path: Path, espeak: Adapter, row: Row) -> None:
    """Cut the first link at a share of its audio; count what eSpeak was then asked to say as heard."""
    sound, other = case.sounds()
    at = int(share * len(sound.say(case.text, case.voice).pcm))
    tapped = Tapped(espeak)
    async with WordServer(path, sound, marks=case.marks) as server:
        house = CutHouse(
            WordServerAdapter("one", path, case.marks),
            tapped,
            times=case.times,
            clock=SystemClock(),
            patience_s=REAL_PATIENCE_S,
        )
        await house.say(HEARD_BEFORE[case.voice], case.voice)
        server.trouble = AtByte(kind, at)
        heard = await house.say(case.text, case.voice)
    before = len(heard.pcm) - 2 * round(sum(said.size for said in tapped.said) / 2 * heard.rate / ESPEAK_HZ)
    found = pieces(heard.pcm[:before], heard.rate, sound.tones)
    assert all(said.whole for said in tapped.said)
    for word in words_of(" ".join(said.text for said in tapped.said)):
        other.longest_s[word] = other.shortest_s[word] = 1.0
        found.append(Piece(word, 1, 0.0, 1.0))
    verdict = judged(words_of(case.text), found, (sound, other))
    case.note(row, f"{kind.value} at {at}", heard, verdict, server)
