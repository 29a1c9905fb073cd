"""Saying again what was said before: from whom it is kept, and whom it is not asked of."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.clock import settle
from tests.fakes.house_parts import Parts, pcm_of, provider, request, shared
from tests.fakes.pcm_adapter import PcmAdapter, syllables
from tests.fakes.speech_store import DISK_ONLY, PLENTY, speech_cache
from tests.fakes.word_adapter import Faults, Vocabulary, WordAdapter
from wyoming_tts.audio.level import Gain
from wyoming_tts.errors import BadAudio, ProviderError, ProviderUnavailable, SpeechCutOff
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.store.budget import UNLIMITED
from wyoming_tts.store.byte_room import ByteRoom
from wyoming_tts.store.database import Database
from wyoming_tts.store.levels import SCHEMA, Levels
from wyoming_tts.synthesis.admission import Admission
from wyoming_tts.synthesis.health.breaker import BreakerState, CircuitBreaker
from wyoming_tts.synthesis.kept_speech import KeptSpeech
from wyoming_tts.synthesis.loudness.level_book import LevelBook
from wyoming_tts.synthesis.wrappers.cached import CHUNK_BYTES, FIRST_BYTES, Cached
from wyoming_tts.synthesis.wrappers.stack import stacked
from wyoming_tts.telemetry.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from wyoming_tts.speech.audio import Chunk
    from wyoming_tts.store.speech_cache import SpeechCache
    from wyoming_tts.synthesis.provider import Synthesizes

PCM = syllables(3.0, 6000)
SAYING = Utterance("Hello there.", "anna")


@asynccontextmanager
async def remembering(tmp_path: Path) -> AsyncIterator[tuple[PcmAdapter, Cached, SpeechCache]]:
    """An adapter with nothing round it but the cache."""
    adapter = PcmAdapter("a", {"anna": PCM})
    async with speech_cache(tmp_path) as cache:
        yield adapter, Cached(adapter, KeptSpeech(adapter, cache)), cache


async def said(stack: Synthesizes, utterance: Utterance = SAYING) -> list[Chunk]:
    async with stack.synthesize(utterance) as stream:
        return [chunk async for chunk in stream.chunks]


def joined(chunks: list[Chunk]) -> tuple[bytes, list[object]]:
    return b"".join(chunk.pcm for chunk in chunks), [mark for chunk in chunks for mark in chunk.marks]


async def test_the_second_time_nobody_is_asked_and_audio_and_marks_are_the_same(tmp_path: Path) -> None:
    async with remembering(tmp_path) as (adapter, stack, _):
        first = await said(stack)
        again = await said(stack, replace(SAYING, answer_id="r2", previous_text="Before.", due_s=3.0, insist=True))
        assert adapter.utterances == [SAYING]
        assert joined(again) == joined(first)
        async with stack.synthesize(SAYING) as stream:
            assert stream.format == adapter.format


async def test_it_is_handed_out_in_pieces_with_the_marks_of_their_time(tmp_path: Path) -> None:
    async with remembering(tmp_path) as (adapter, stack, _):
        await said(stack)
        chunks = await said(stack)
        sizes = [len(chunk.pcm) for chunk in chunks]
        assert sizes[:3] == [FIRST_BYTES, CHUNK_BYTES, CHUNK_BYTES]
        end_s = 0.0
        for chunk in chunks:
            begin_s, end_s = end_s, end_s + adapter.format.seconds(len(chunk.pcm))
            assert all(begin_s <= mark.at_s < end_s for mark in chunk.marks)


@pytest.mark.parametrize("asked", [replace(SAYING, cacheable=False), replace(SAYING, seed=7)])
async def test_what_is_not_to_be_kept_is_neither_kept_nor_found(tmp_path: Path, asked: Utterance) -> None:
    async with remembering(tmp_path) as (adapter, stack, cache):
        await said(stack, asked)
        await said(stack)
        await said(stack, asked)
        assert adapter.utterances == [asked, SAYING, asked]
        assert cache.counts.hits == 0


async def test_another_way_of_saying_it_is_another_speech(tmp_path: Path) -> None:
    async with remembering(tmp_path) as (adapter, stack, _):
        adapter.recordings["ben"] = PCM[:6400]
        others = [
            replace(SAYING, voice="ben"),
            replace(SAYING, speaker="calm"),
            replace(SAYING, prosody=Prosody(1.2)),
            replace(SAYING, language="de"),
            replace(SAYING, text="Hello there!"),
        ]
        for utterance in [SAYING, *others]:
            await said(stack, utterance)
        adapter.version = "2"
        await said(stack)
        assert adapter.utterances == [SAYING, *others, SAYING]


async def test_of_a_voice_with_one_language_it_does_not_matter_whether_anybody_named_it(tmp_path: Path) -> None:
    async with remembering(tmp_path) as (adapter, stack, _):
        for language in ("", "en-US", "en_us"):
            await said(stack, replace(SAYING, language=language))
        assert len(adapter.utterances) == 1
        await said(stack, replace(SAYING, language="en-GB"))
        assert len(adapter.utterances) == 2, "an engine may be told"


async def test_what_failed_or_was_not_heard_to_its_end_is_not_kept(tmp_path: Path) -> None:
    async with remembering(tmp_path) as (adapter, stack, cache):
        for failure in (SpeechCutOff(provider="a"), ZeroDivisionError()):
            adapter.cut = failure
            with pytest.raises(type(failure)):
                await said(stack)
        adapter.cut = None
        async with stack.synthesize(SAYING) as stream:
            for _ in range(29):
                await anext(aiter(stream.chunks))
        with pytest.raises(ZeroDivisionError):
            async with stack.synthesize(SAYING) as stream:
                [chunk async for chunk in stream.chunks]
                raise ZeroDivisionError
        adapter.gate = asyncio.Event()
        speaking = asyncio.create_task(said(stack))
        await settle()
        assert adapter.active
        speaking.cancel()
        await asyncio.wait([speaking])
        assert adapter.active == 0
        assert (cache.counts.hits, cache.counts.memory_bytes, cache.recording.taken) == (0, 0, 0)


class FailsOnLeaving:
    """Says all of it, and then that it was not right: as a breaker, or a server that says so at the end, may."""

    def __init__(self, inner: Synthesizes) -> None:
        self._inner = inner

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[object]:
        async with self._inner.synthesize(utterance) as stream:
            yield stream
        raise BadAudio("after all", provider="a")


async def test_a_failure_in_leaving_counts_as_well(tmp_path: Path) -> None:
    async with remembering(tmp_path) as (adapter, _, cache):
        failing = Cached(FailsOnLeaving(adapter), KeptSpeech(adapter, cache))  # type: ignore[arg-type] # a stream it is
        with pytest.raises(BadAudio):
            await said(failing)
        assert cache.counts.memory_bytes == 0


async def test_the_last_hope_without_word_times_is_not_kept_since_nobody_judged_its_end(tmp_path: Path) -> None:
    async with speech_cache(tmp_path) as cache:
        for marks in (False, True):
            words = WordAdapter("a", Vocabulary(), marks=marks)
            kept = KeptSpeech(words, cache)
            await said(Cached(words, kept), Utterance("Hello there.", "v", insist=True))
            assert kept.holds("Hello there.", "v", None, SAYING.prosody, "") is marks


async def test_what_is_gathered_is_bounded_for_each_and_for_all(tmp_path: Path) -> None:
    async with remembering(tmp_path) as (adapter, _, cache):
        for max_bytes, kept in ((len(PCM) - 1, False), (len(PCM), True)):
            bounded = Cached(adapter, KeptSpeech(adapter, cache), max_bytes=max_bytes)
            assert joined(await said(bounded))[0] == PCM
            assert (cache.counts.memory_bytes > 0, cache.recording.taken) == (kept, 0)
    async with remembering(tmp_path / "other") as (_, stack, cache):
        cache.recording = ByteRoom(len(PCM) + 10)
        async with stack.synthesize(SAYING) as stream:
            await anext(aiter(stream.chunks))
            assert joined(await said(stack))[0] == PCM
            assert cache.counts.memory_bytes == 0
        assert cache.recording.taken == 0
        await said(stack)
        assert cache.counts.memory_bytes > 0


async def test_through_the_whole_stack_damaged_and_short_speech_is_not_kept(tmp_path: Path) -> None:
    words = WordAdapter("a", Vocabulary())
    async with speech_cache(tmp_path) as cache:
        one = provider(words, cache=cache)
        asked = Utterance("One two three.", "v")
        for faults in (Faults(odd=True, times=1), Faults(cut_after_words=2, times=1), Faults(cut_after_words=0)):
            words.faults = faults
            with pytest.raises(ProviderError):
                await said(one.stack, asked)
            one.breaker.reset()
        assert cache.counts.memory_bytes == 0
        words.faults = None
        await said(one.stack, asked)
        assert cache.counts.memory_bytes > 0


async def test_the_level_is_set_on_what_is_said_again(tmp_path: Path) -> None:
    adapter = PcmAdapter("a", {"anna": PCM})
    book = LevelBook(Levels(Database(None, [SCHEMA])), target_lufs=-20.0)
    async with speech_cache(tmp_path) as cache:
        common = replace(shared(), levels=book)
        breaker = CircuitBreaker("a", SystemClock())
        kept = KeptSpeech(adapter, cache)
        stack = stacked(adapter, breaker, Admission(adapter, breaker), UNLIMITED, common, kept)
        assert joined(await said(stack))[0] == PCM
        book.learn(VoiceName("a", "anna"), "1", -26.0)
        assert joined(await said(stack))[0] == Gain(6.0).apply(PCM) != PCM
        assert len(adapter.utterances) == 1


async def test_a_whole_answer_is_said_again_while_the_circuit_is_open(tmp_path: Path) -> None:
    vocabulary = Vocabulary()
    best, last = WordAdapter("best", vocabulary), WordAdapter("last", vocabulary, quality=0)
    text = "The front door is open. Please close it now."
    async with speech_cache(tmp_path) as cache:
        one = provider(best, cache=cache)
        parts = Parts(one, provider(last))
        first = await pcm_of(parts.speaker, request(text))
        asked = len(best.utterances)
        best.faults = Faults(refuse=ProviderUnavailable)
        for _ in range(3):
            with pytest.raises(ProviderError):
                await said(one.stack, Utterance("Something else.", "v"))
        assert one.breaker.state is BreakerState.OPEN
        best.utterances.clear()
        assert await pcm_of(parts.speaker, request(text)) == first
        assert (best.utterances, last.utterances) == ([], [])
        assert asked > 0
        link = parts.router.route(request(text)).links[0]
        assert link.holds(text) or link.holds("The front door is open.")
        assert not link.holds("Something else.")
        assert not parts.router.route(request(text)).links[-1].holds(text)


async def test_from_the_disk_it_is_said_as_well(tmp_path: Path) -> None:
    adapter = PcmAdapter("a", {"anna": PCM})
    for limits, asked in ((PLENTY, 1), (DISK_ONLY, 1)):
        async with speech_cache(tmp_path, limits) as cache:
            stack = Cached(adapter, KeptSpeech(adapter, cache))
            assert joined(await said(stack))[0] == PCM
            assert len(adapter.utterances) == asked
