"""Whatever fails, wherever, in whatever chunks the text comes: no word is lost, and few are heard twice."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.clock import settle
from tests.fakes.house_parts import Parts, pcm_of, provider, request, tokens
from tests.fakes.idle_loop import LoopClock, run_idle
from tests.fakes.word_adapter import WORD, Faults, Vocabulary, WordAdapter
from wyoming_tts.errors import (
    AllProvidersFailed,
    BadAudio,
    BadCredentials,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    SpeechCutOff,
)
from wyoming_tts.synthesis.manner import Manner

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wyoming_tts.speech.audio import AudioFormat

ERRORS = (ProviderUnavailable, SpeechCutOff, BadAudio, BadCredentials, RateLimited, QuotaExhausted)

words = st.sampled_from(["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "kilo"])
sentences = st.lists(words, min_size=1, max_size=12).map(lambda some: " ".join(some).capitalize() + ".")
texts = st.lists(sentences, min_size=1, max_size=8).map(" ".join)
faults = st.one_of(
    st.none(),
    st.builds(Faults, refuse=st.sampled_from(ERRORS), times=st.integers(1, 3)),
    st.builds(
        Faults,
        cut_after_words=st.integers(0, 12),
        cut_with=st.sampled_from(ERRORS),
        times=st.integers(1, 3),
    ),
    st.builds(Faults, bug=st.just(True), times=st.integers(1, 2)),
    st.builds(Faults, cut_after_words=st.integers(0, 5), cancel=st.just(True), times=st.integers(1, 2)),
    st.builds(Faults, odd=st.just(True), times=st.integers(1, 2)),
)
chains = st.lists(
    st.one_of(faults, st.builds(Faults, stall_after_words=st.integers(0, 12), times=st.integers(1, 3))),
    min_size=1,
    max_size=4,
)
RATES = (8_000, 16_000, 22_050, 44_100)


def is_covered(wanted: list[str], heard: list[str], *, repeats: int) -> bool:
    """Whether `heard` is `wanted` where at most `repeats` times one word was said again before going on."""
    reachable = {(0, repeats)}
    for word in heard:
        reachable = {
            following
            for at, left in reachable
            for following in ((at + 1, left), (at, left - 1))
            if (following[0] > at and at < len(wanted) and wanted[at] == word)
            or (following[0] == at and at > 0 and left > 0 and wanted[at - 1] == word)
        }
    return any(at == len(wanted) for at, _ in reachable)


@settings(max_examples=150, deadline=None)
@given(text=texts, first=faults, second=faults, third=faults, size=st.integers(1, 60))
def test_with_word_times_no_word_is_lost_and_one_a_failure_is_heard_twice(
    text: str, first: Faults | None, second: Faults | None, third: Faults | None, size: int
) -> None:
    heard, failures = _run(text, (first, second, third), size, marks=True)
    wanted = [word.casefold() for word in WORD.findall(text)]
    assert is_covered(wanted, heard, repeats=failures)


@settings(max_examples=100, deadline=None)
@given(text=texts, first=faults, second=faults, third=faults, size=st.integers(1, 60))
def test_without_word_times_no_word_is_lost_either(
    text: str, first: Faults | None, second: Faults | None, third: Faults | None, size: int
) -> None:
    heard, _ = _run(text, (first, second, third), size, marks=False)
    following = iter(heard)
    assert all(word.casefold() in following for word in WORD.findall(text)), "all words, in order"


def _run(text: str, some: tuple[Faults | None, ...], size: int, *, marks: bool) -> tuple[list[str], int]:
    """Speak through three links that fail as told and one that never does; return the words and count the failures."""

    async def speak() -> tuple[list[str], int]:
        vocabulary = Vocabulary()
        adapters = [WordAdapter(f"p{n}", vocabulary, marks=marks, faults=fault) for n, fault in enumerate(some)]
        adapters.append(WordAdapter("last", vocabulary, marks=marks))
        parts = Parts(*(provider(adapter) for adapter in adapters), manner=Manner(first_audio_s=30))
        chunks = tokens(*(text[start : start + size] for start in range(0, len(text), size)))
        pcm = await pcm_of(parts.speaker, request(chunks))
        record = next(iter(parts.speaker.recent))
        assert record.outcome == "complete"
        assert all(adapter.entered == adapter.left for adapter in adapters)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return vocabulary.heard(pcm), len(record.failures)

    return asyncio.run(speak())


@settings(max_examples=100, deadline=None)
@given(text=texts, chain=chains, size=st.integers(1, 60), marks=st.booleans())
def test_any_chain_ends_in_all_the_words_or_in_an_error(
    text: str, chain: list[Faults | None], size: int, *, marks: bool
) -> None:
    links = _links(chain, marks=marks)
    run = _heard(text, links, size)
    if run.error is None:
        following = iter(links[0].vocabulary.heard(run.pcm))
        assert all(word.casefold() in following for word in WORD.findall(text)), "all words, in order"
    else:
        assert isinstance(run.error, AllProvidersFailed)
        assert chain[-1] is not None, "whoever can speak is asked"
    if marks:
        whole = {sentence.strip() + "." for sentence in text.split(".") if sentence.strip()}
        asked = [utterance for link in links for utterance in link.utterances if utterance.cacheable]
        assert all(part.strip() + "." in whole for one in asked for part in one.text.rstrip(".").split(".")), "no rests"


@settings(max_examples=60, deadline=None)
@given(text=texts, chain=chains, size=st.integers(1, 60), rates=st.permutations(RATES))
def test_whoever_speaks_an_answer_has_one_format(
    text: str, chain: list[Faults | None], size: int, rates: list[int]
) -> None:
    links = _links(chain, marks=True, rates=rates)
    run = _heard(text, links, size)
    assert len(set(run.formats)) <= 1
    assert all(format_.frame_bytes == 2 and format_.rate in rates for format_ in run.formats)
    assert len(run.pcm) % 2 == 0


@settings(max_examples=60, deadline=None)
@given(text=texts, chain=chains, size=st.integers(1, 60), leave_after=st.integers(1, 40), marks=st.booleans())
def test_a_listener_who_leaves_takes_all_work_with_him(
    text: str, chain: list[Faults | None], size: int, leave_after: int, *, marks: bool
) -> None:
    _heard(text, _links(chain, marks=marks), size, leave_after=leave_after)  # looks at what is left at its end


@dataclass
class _Heard:
    pcm: bytes = b""
    formats: list[AudioFormat] = field(default_factory=list)
    error: Exception | None = None


def _links(chain: Sequence[Faults | None], *, marks: bool, rates: Sequence[int] = (8_000,) * 4) -> list[WordAdapter]:
    vocabulary = Vocabulary()
    return [
        WordAdapter(f"p{number}", vocabulary, marks=marks, faults=fault, rate=rates[number])
        for number, fault in enumerate(chain)
    ]


def _heard(text: str, links: Sequence[WordAdapter], size: int, *, leave_after: int | None = None) -> _Heard:
    """Speak through links of which any may fail, where waiting costs no time; nothing is left at work."""

    async def speak() -> _Heard:
        run = _Heard()
        providers = [provider(link, clock=LoopClock()) for link in links]
        parts = Parts(*providers, manner=Manner(first_audio_s=3, last_first_audio_s=30))
        chunks = tokens(*(text[start : start + size] for start in range(0, len(text), size)))
        try:
            async with parts.speaker.answer(request(chunks)) as answer:
                async for chunk in answer.chunks():
                    run.pcm += chunk.pcm
                    run.formats.append(answer.format)
                    if len(run.formats) == leave_after:
                        break
        except AllProvidersFailed as error:
            run.error = error
        assert [link.left for link in links] == [link.entered for link in links]
        await settle()  # Python closes the generator that a listener left half read in a task of its own
        assert asyncio.all_tasks() == {asyncio.current_task()}
        return run

    return run_idle(speak())


@pytest.mark.parametrize("make", [lambda: Faults(refuse=BadCredentials), lambda: Faults(odd=True)])
def test_where_nobody_can_speak_it_is_an_error(make: Callable[[], Faults]) -> None:
    async def speak() -> None:
        adapter = WordAdapter("only", Vocabulary(), faults=make())
        with pytest.raises(AllProvidersFailed):
            await pcm_of(Parts(provider(adapter)).speaker, request("One two."))

    asyncio.run(speak())
