"""Whatever fails, wherever, in whatever chunks the text comes: no word is lost, and few are heard twice."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.house_parts import Parts, pcm_of, provider, request, tokens
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
from wyoming_tts.synthesis.answer import Manner

if TYPE_CHECKING:
    from collections.abc import Callable

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


@pytest.mark.parametrize("make", [lambda: Faults(refuse=BadCredentials), lambda: Faults(odd=True)])
def test_where_nobody_can_speak_it_is_an_error(make: Callable[[], Faults]) -> None:
    async def speak() -> None:
        adapter = WordAdapter("only", Vocabulary(), faults=make())
        with pytest.raises(AllProvidersFailed):
            await pcm_of(Parts(provider(adapter)).speaker, request("One two."))

    asyncio.run(speak())
