"""A text, two links to say it, and what a listener makes of it when the first of them is broken."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from tests.fakes.cut_house import CutHouse, Heard
from tests.fakes.word_listener import Verdict, judged, pieces
from tests.fakes.word_server_adapter import WordServerAdapter
from tests.fakes.word_sound import Tones, WordSound
from tests.fakes.word_times import EspeakTimes, words_of
from tests.servers.word_server import AtByte, WordServer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLAUSE_CHARS = 80

HEARD_BEFORE = {"en-us": "Of course.", "de": "Ja, gern."}

TEXTS = {
    "home": (
        "en-us",
        (
            "The washing machine has finished, and the dryer still needs twenty minutes. It will rain this evening, so "
            "I closed the roof window. Shall I also switch off your coffee machine?"
        ),
    ),
    "numbers": (
        "en-us",
        (
            "The server at 192.168.1.20 answered on 3 May 2024. It holds 1,234 files; nothing was lost. Next backup: "
            "tomorrow at 18:45."
        ),
    ),
    "long": (
        "en-us",
        (
            "Because nobody had watered them during those three unusually hot weeks in August every single tomato "
            "plant behind our old greenhouse dried up completely. What a pity! Tomorrow someone might buy new ones."
        ),
    ),
    "compounds": (
        "de",
        (
            "Die Donaudampfschifffahrtsgesellschaft tagte am 24.12.2023 in Wien. Der Rechtsschutzversicherungsvertrag, "
            "müde geprüft, gilt weiter. Das Kraftfahrzeughaftpflichtgesetz bleibt unverändert."
        ),
    ),
    "house": (
        "de",
        (
            "Im Wohnzimmer sind es 21,5 Grad, draußen minus 3. Die Waschmaschine ist seit 17:05 Uhr fertig. Unter "
            "10.0.0.138 meldet sich niemand mehr!"
        ),
    ),
}


@dataclass
class Row:
    """What one fault did to one class of links, over all places."""

    runs: int = 0
    lost: int = 0
    repeated: int = 0
    most_repeated: int = 0
    failures: int = 0
    unnoticed: int = 0
    """Ends in good order, between two words, of a link without word times: nobody can tell them from the end."""
    problems: list[str] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        worst = ", ".join(f"{kind} {count}" for kind, count in self.kinds.most_common())
        heard = f"{self.runs:5} {self.lost:5} {self.repeated:8} {self.most_repeated:5}"
        return f"{heard} {self.failures:8} {self.unnoticed:9}  {worst}"


def is_unnoticed(verdict: Verdict, server: WordServer) -> bool:
    """Whether all that was lost belongs to an utterance that ended early between two words."""
    lost = Counter(verdict.lost)
    return bool(lost) and any(lost <= Counter(words_of(text)) for text in server.ended_in_pause)


@dataclass(frozen=True, slots=True)
class Case:
    """One text, said by a first link with or without marks before a second one that never fails."""

    times: EspeakTimes
    name: str
    marks: bool

    @property
    def voice(self) -> str:
        return TEXTS[self.name][0]

    @property
    def text(self) -> str:
        return TEXTS[self.name][1]

    def sounds(self) -> tuple[WordSound, WordSound]:
        """Return two speakers of other rates; their pace beside eSpeak's is another for every text."""
        pace = 0.8 + 0.4 * list(TEXTS).index(self.name) / (len(TEXTS) - 1)
        tones = Tones(2)
        first = WordSound(self.times, tones, 0, rate=11_025, pace=pace, jitter=0.05)
        return first, WordSound(self.times, tones, 1, rate=8_000, pace=2.0 - pace, jitter=0.05)

    async def run(
        self, sounds: tuple[WordSound, WordSound], path: Path, trouble: AtByte | None
    ) -> tuple[Heard, WordServer]:
        """Say the text; return what was heard, and the first link's server."""
        one, two = path.with_suffix(".1"), path.with_suffix(".2")
        async with (
            WordServer(one, sounds[0], marks=self.marks, trouble=trouble) as first,
            WordServer(two, sounds[1], marks=self.marks) as second,
        ):
            adapters = [WordServerAdapter("one", one, self.marks), WordServerAdapter("two", two, self.marks)]
            house = CutHouse(*adapters, times=self.times)
            first.trouble = None  # once it is heard as it is: briefly, so that its pace stays unknown
            await house.say(HEARD_BEFORE[self.voice], self.voice)
            first.trouble, first.sizes = trouble, []
            heard = await house.say(self.text, self.voice)
            async with asyncio.timeout(10):
                await first.idle()
                await second.idle()
        return heard, first

    def judge(self, heard: Heard, sounds: tuple[WordSound, WordSound]) -> Verdict:
        return judged(words_of(self.text), pieces(heard.pcm, heard.rate, sounds[0].tones), sounds)

    def note(self, row: Row, where: str, heard: Heard, verdict: Verdict, server: WordServer) -> None:
        """Enter a run into the table, with whatever breaks a promise."""
        if not self.marks and is_unnoticed(verdict, server):
            row.unnoticed += 1
            verdict = replace(verdict, lost=())
        failures = len(heard.record.failures)
        row.runs += 1
        row.lost += len(verdict.lost)
        row.repeated += verdict.repeated
        row.most_repeated = max(row.most_repeated, verdict.repeated)
        row.failures += failures
        for kind, detail in self._broken(heard, verdict, failures):
            row.kinds[kind] += 1
            row.problems.append(f"{self.name} {where}: {kind} {detail} (failures {heard.record.failures})")

    def _broken(self, heard: Heard, verdict: Verdict, failures: int) -> Iterator[tuple[str, object]]:
        if heard.error is not None:
            yield "error", heard.error
        if verdict.lost:
            yield "lost", verdict.lost
        if verdict.strange:
            yield "strange", verdict.strange
        again = [words for words in verdict.repeats if words]
        if len(again) > failures:
            yield "more seams than failures", again
        if self.marks:
            bad = [words for words in again if len(words) > 1]
        else:
            bad = [words for words in again if len(" ".join(words)) > CLAUSE_CHARS]
        if bad:
            yield "said too much again", bad
