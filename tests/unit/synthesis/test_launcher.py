"""What a link is given at once, how long it is waited for, and which link may be started beside another."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import pytest

from tests.fakes.house_parts import provider, request
from tests.fakes.idle_loop import LoopClock, run_idle
from tests.fakes.word_adapter import Vocabulary, WordAdapter
from wyoming_tts.adapters.base import Capabilities
from wyoming_tts.errors import BadAudio, CircuitOpen, ProviderTimeout
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.synthesis.chain import Chain
from wyoming_tts.synthesis.launcher import Launcher
from wyoming_tts.synthesis.manner import Manner
from wyoming_tts.synthesis.provider import Link

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

MANNER = Manner(max_utterance_chars=200, max_unmarked_chars=50, first_audio_s=1.5, last_first_audio_s=9.0)


@dataclass
class Limited(WordAdapter):
    max_chars: int | None = None

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(streams=True, marks=self.marks, max_chars=self.max_chars, free=self.is_free)


def link(name: str, *, marks: bool = True, max_chars: int | None = None, is_free: bool = True) -> Link:
    adapter = Limited(name, Vocabulary(), marks=marks, max_chars=max_chars, is_free=is_free)
    return Link(provider(adapter, clock=LoopClock()), "v", "s", Prosody(1.5), language="de-AT")


@asynccontextmanager
async def launcher(*links: Link, manner: Manner = MANNER, chain: Chain | None = None) -> AsyncIterator[Launcher]:
    """A launcher whose attempts end with the context."""
    started = asyncio.all_tasks()
    async with asyncio.TaskGroup() as tasks:
        yield Launcher(replace(request(), via=("first",)), chain or Chain(links), manner, tasks)
        for task in asyncio.all_tasks() - started:
            task.cancel()


def open_circuit(of: Link) -> None:
    for answer in ("x1", "x2"):
        of.provider.breaker.begin(answer).failed(BadAudio(provider=of.provider.name))


@pytest.mark.parametrize(
    ("marks", "max_chars", "most"),
    [
        (True, None, 200),
        (False, None, 50),
        (True, 120, 120),
        (True, 500, 200),
        (False, 120, 50),
        (False, 30, 30),
    ],
)
def test_the_most_a_link_is_given_at_once(marks: bool, max_chars: int | None, most: int) -> None:  # noqa: FBT001 - a table
    async def run() -> None:
        one, other = link("one", marks=marks, max_chars=max_chars), link("other")
        async with launcher(one, other) as it:
            assert it.max_chars() == it.max_chars(one) == most
            assert it.max_chars(other) == 200

    run_idle(run())


def test_more_without_word_times_than_with_them_is_never_given() -> None:
    async def run() -> None:
        manner = Manner(max_utterance_chars=80, max_unmarked_chars=300)
        async with launcher(link("one", marks=False), manner=manner) as it:
            assert it.max_chars() == 80

    run_idle(run())


def test_what_is_split_loses_nothing_and_follows_the_current_link() -> None:
    async def run() -> None:
        chain = Chain([link("one"), link("two", max_chars=20)])
        text = "One two three four five six seven eight nine ten."
        async with launcher(chain=chain) as it:
            assert it.split(text) == (text, [])
            chain.fell(chain.current, ProviderTimeout(provider="one"))
            first, others = it.split(text)
            assert " ".join([first, *others]) == text
            assert len(others) > 1
            assert all(len(piece) <= 20 for piece in [first, *others])
            assert it.split("") == ("", []), "what was carried on may have come to its end"

    run_idle(run())


def test_an_attempt_has_all_that_its_link_says_and_is_under_way() -> None:
    async def run() -> None:
        one = link("one")
        async with launcher(one, link("two")) as it:
            attempt = it.begin("Hello there.", "Before.", due_s=2.5, cacheable=False)
            await attempt.stir()
            assert attempt.has_audio
            utterance = attempt.utterance
        assert attempt.link is one
        assert (utterance.text, utterance.previous_text, utterance.answer_id) == ("Hello there.", "Before.", "r1")
        assert (utterance.voice, utterance.speaker, utterance.language) == ("v", "s", "de-AT")
        assert (utterance.prosody, utterance.due_s, utterance.cacheable) == (Prosody(1.5), 2.5, False)
        assert utterance.via == ("first",)

    run_idle(run())


def test_the_last_link_is_waited_for_longer_and_insisted_on() -> None:
    async def run() -> None:
        chain = Chain([link("one"), link("two")])
        async with launcher(chain=chain) as it:
            first = it.begin("Hello.", "").utterance
            assert (first.patience_s, first.insist) == (1.5, False)
            chain.fell(chain.current, ProviderTimeout(provider="one"))
            last = it.begin("Hello.", "").utterance
            assert (last.patience_s, last.insist) == (9.0, True)

    run_idle(run())


def test_links_that_are_tried_once_more_are_insisted_on_though_others_follow() -> None:
    async def run() -> None:
        chain = Chain([link("one"), link("two"), link("three")])
        for error in (CircuitOpen, CircuitOpen, ProviderTimeout):
            chain.fell(chain.current, error(provider=chain.current.provider.name))
        async with launcher(chain=chain) as it:
            again = it.begin("Hello.", "")
            assert again.link.provider.name == "one"
            assert not chain.is_last
            assert (again.utterance.patience_s, again.utterance.insist) == (9.0, True)

    run_idle(run())


def test_a_rival_is_the_next_link_with_the_same_utterance() -> None:
    async def run() -> None:
        two = link("two")
        async with launcher(link("one"), two, link("three")) as it:
            attempt = it.begin("Hello.", "Before.", due_s=3.0, cacheable=False)
            rival = it.rival(attempt)
            assert rival is not None
            assert rival.link is two
            assert (rival.utterance.text, rival.utterance.previous_text) == ("Hello.", "Before.")
            assert (rival.utterance.cacheable, rival.utterance.due_s, rival.utterance.patience_s) == (False, 0.0, 1.5)
            assert rival.utterance.via == ("first",)
            assert not rival.utterance.insist, "another one is speaking, or about to"
            await rival.stir()
            assert rival.has_audio

    run_idle(run())


@pytest.mark.parametrize(
    ("hedge", "is_free", "started"),
    [("free", True, True), ("free", False, False), ("any", False, True), ("any", True, True), ("off", True, False)],
)
def test_a_rival_that_costs_money_is_only_started_where_the_owner_says_so(
    hedge: Literal["free", "any", "off"],
    is_free: bool,  # noqa: FBT001 - a parameter of the table
    started: bool,  # noqa: FBT001 - the same
) -> None:
    async def run() -> None:
        async with launcher(link("one"), link("two", is_free=is_free), manner=Manner(hedge=hedge)) as it:
            assert (it.rival(it.begin("Hello.", "")) is not None) is started

    run_idle(run())


@pytest.mark.parametrize(("text", "started"), [("x" * 40, True), ("x" * 41, False)])
def test_a_rival_takes_the_utterance_whole_or_not_at_all(text: str, started: bool) -> None:  # noqa: FBT001 - a table
    async def run() -> None:
        async with launcher(link("one"), link("two", max_chars=40), manner=MANNER) as it:
            assert (it.rival(it.begin(text, "")) is not None) is started

    run_idle(run())


def test_no_rival_where_nobody_follows_or_the_next_is_paused() -> None:
    async def run() -> None:
        async with launcher(link("one")) as it:
            assert it.rival(it.begin("Hello.", "")) is None
        two, three = link("two"), link("three")
        open_circuit(two)
        async with launcher(link("one"), two) as it:
            assert it.rival(it.begin("Hello.", "")) is None
        async with launcher(link("one"), two, three) as it:
            rival = it.rival(it.begin("Hello.", ""))
            assert rival is not None
            assert rival.link is three
        assert isinstance(two.provider.adapter, WordAdapter)
        assert not two.provider.adapter.utterances

    run_idle(run())


@pytest.mark.parametrize(("usual_s", "late_s"), [(None, 0.7), (0.2, 0.7), (1.1, 1.1), (4.0, 1.5)])
def test_a_link_is_late_when_it_takes_longer_than_usual_within_bounds(usual_s: float | None, late_s: float) -> None:
    async def run() -> None:
        one = link("one")
        for _ in range(20 if usual_s else 0):
            one.provider.breaker.first_audio.heard(usual_s or 0.0)
        async with launcher(one) as it:
            assert it.late_after_s(one) == late_s

    run_idle(run())
