"""One request's audio: whole, in order, in one format, whoever fails."""

from __future__ import annotations

import asyncio
from array import array
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.clock import settle
from tests.fakes.house_parts import Parts, pcm_of, provider, request, tokens, two_adapters
from tests.fakes.word_adapter import WORD, WORD_FRAMES, Faults, Vocabulary, WordAdapter
from wyoming_tts.errors import (
    AllProvidersFailed,
    BadAudio,
    OverloadedError,
    ProviderError,
    ProviderUnavailable,
    SpeechCutOff,
    TextTooLong,
)
from wyoming_tts.synthesis.manner import Manner
from wyoming_tts.synthesis.reading import PAUSE_S
from wyoming_tts.synthesis.speaker import LEAVING_S

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.speech.audio import AudioStream, Chunk
    from wyoming_tts.speech.utterance import Utterance

TEXT = "The first sentence has some words. Then comes another one, a little longer. At last the third ends it."
WORDS = [word.casefold() for word in WORD.findall(TEXT)]


async def words_of(chunks: AsyncIterator[Chunk], count: int) -> bytes:
    """Listen until so many words have come."""
    pcm = b""
    while len(pcm) < count * WORD_FRAMES * 2:
        pcm += (await anext(chunks)).pcm
    return pcm


async def test_says_every_word_in_order() -> None:
    vocabulary, one, two = two_adapters()
    assert vocabulary.heard(await pcm_of(Parts(provider(one), provider(two)).speaker, request(TEXT))) == WORDS
    assert not two.utterances


async def test_the_first_utterance_is_the_first_sentence() -> None:
    _, one, two = two_adapters()
    await pcm_of(Parts(provider(one), provider(two)).speaker, request(TEXT))
    assert one.utterances[0].text == "The first sentence has some words."
    assert one.utterances[0].due_s == 0
    assert one.utterances[1].due_s > 0
    assert one.utterances[1].previous_text == one.utterances[0].text
    assert {utterance.answer_id for utterance in one.utterances} == {"r1"}


@pytest.mark.parametrize("size", [1, 3, 7, 1000])
async def test_a_text_stream_is_said_as_the_whole_text_would_be(size: int) -> None:
    vocabulary, one, two = two_adapters()
    chunks = tokens(*(TEXT[start : start + size] for start in range(0, len(TEXT), size)))
    assert vocabulary.heard(await pcm_of(Parts(provider(one), provider(two)).speaker, request(chunks))) == WORDS


async def test_audio_leaves_before_the_text_has_ended() -> None:
    vocabulary, one, two = two_adapters()
    more = asyncio.Event()

    async def text() -> object:
        yield "The first sentence. And then"
        await more.wait()
        yield " the rest."

    async with Parts(provider(one), provider(two)).speaker.answer(request(text())) as answer:  # type: ignore[arg-type]
        chunks = answer.chunks()
        assert vocabulary.heard(await words_of(chunks, 3)) == ["the", "first", "sentence"]
        more.set()
        rest = b"".join([chunk.pcm async for chunk in chunks])
    assert vocabulary.heard(rest) == ["and", "then", "the", "rest"]


@pytest.mark.parametrize("error", [ProviderUnavailable, BadAudio])
async def test_the_next_link_speaks_when_the_first_refuses_and_keeps_the_answer(error: type[ProviderError]) -> None:
    vocabulary, one, two = two_adapters(faults=Faults(refuse=error, times=1))
    heard = vocabulary.heard(await pcm_of(Parts(provider(one), provider(two)).speaker, request(TEXT)))
    assert heard == WORDS
    assert " ".join(utterance.text for utterance in two.utterances) == TEXT
    assert one.entered == one.left


@pytest.mark.parametrize("cut", range(len(WORDS[:6])))
@pytest.mark.parametrize("marks", [True, False])
async def test_a_cut_in_the_middle_loses_no_word(cut: int, marks: bool) -> None:  # noqa: FBT001 - a parameter of the table
    vocabulary, one, two = two_adapters(faults=Faults(cut_after_words=cut, times=1), marks=marks)
    heard = vocabulary.heard(await pcm_of(Parts(provider(one), provider(two)).speaker, request(TEXT)))
    assert heard[len(heard) - len(WORDS) + (cut if marks else 0) :] == WORDS[cut if marks else 0 :]
    repeated = len(heard) - len(WORDS)
    assert repeated <= (1 if marks else cut)


async def test_a_stalled_link_is_given_up() -> None:
    vocabulary, one, two = two_adapters(faults=Faults(stall_after_words=2))
    heard = vocabulary.heard(await pcm_of(Parts(provider(one), provider(two)).speaker, request(TEXT)))
    assert heard[-len(WORDS) + 2 :] == WORDS[2:]
    assert one.entered == one.left


async def test_a_link_without_a_sound_is_no_success() -> None:
    vocabulary, one, two = two_adapters(faults=Faults(cut_after_words=0, cut_with=None))
    assert vocabulary.heard(await pcm_of(Parts(provider(one), provider(two)).speaker, request(TEXT))) == WORDS


async def test_silence_from_everybody_is_an_error() -> None:
    _, one, two = two_adapters(faults=Faults(cut_after_words=0, cut_with=None))
    two.faults = Faults(cut_after_words=0, cut_with=None)
    with pytest.raises(AllProvidersFailed, match="two made no sound"):
        await pcm_of(Parts(provider(one), provider(two)).speaker, request(TEXT))


async def test_a_bug_in_an_adapter_does_not_mute_the_house() -> None:
    vocabulary, one, two = two_adapters(faults=Faults(bug=True))
    assert vocabulary.heard(await pcm_of(Parts(provider(one), provider(two)).speaker, request(TEXT))) == WORDS


async def test_all_failing_names_every_cause_and_gives_the_last_link_a_second_chance() -> None:
    _, one, two = two_adapters(faults=Faults(refuse=ProviderUnavailable))
    two.faults = Faults(refuse=ProviderUnavailable)
    with pytest.raises(AllProvidersFailed) as failed:
        await pcm_of(Parts(provider(one), provider(two)).speaker, request("Hello."))
    assert [error.provider for error in failed.value.failures] == ["one", "two", "one", "two", "two"]


async def test_the_last_link_that_died_once_carries_on() -> None:
    vocabulary, one, _ = two_adapters(faults=Faults(cut_after_words=2, cut_with=SpeechCutOff, times=1))
    heard = vocabulary.heard(await pcm_of(Parts(provider(one)).speaker, request("One two three four.")))
    assert heard == ["one", "two", "two", "three", "four"]


async def test_one_format_whoever_speaks() -> None:
    vocabulary = Vocabulary()
    one = WordAdapter("one", vocabulary, rate=8000, faults=Faults(cut_after_words=3, times=1))
    two = WordAdapter("two", vocabulary, rate=16000)
    speaker = Parts(provider(one), provider(two)).speaker
    async with speaker.answer(request("One two three four five six.")) as answer:
        pcm = b"".join([chunk.pcm async for chunk in answer.chunks()])
        assert answer.format.rate == 8000
    # Three words at 8 kHz, then the cut word again and three more at 16 kHz, which is half as long.
    assert abs(len(pcm) // 2 - (3 * WORD_FRAMES + 4 * WORD_FRAMES // 2)) <= 2


async def test_silences_the_owner_asked_for() -> None:
    _, one, two = two_adapters()
    manner = Manner(lead_in_s=0.5, tail_s=0.25)
    parts = Parts(provider(one, pause_s=0.1), provider(two), manner=manner)
    samples = array("h", await pcm_of(parts.speaker, request("One two. Three four.")))
    spoken = 4 * WORD_FRAMES
    assert len(samples) == spoken + 8000 * (0.5 + 0.25 + 0.1)
    assert not any(samples[:4000])
    assert not any(samples[-2000:])
    assert not any(samples[4000 + 2 * WORD_FRAMES : 4000 + 2 * WORD_FRAMES + 800])


async def test_the_padding_of_a_client_s_network() -> None:
    _, one, two = two_adapters()
    parts = Parts(provider(one), provider(two), padding=lambda client: (0.5, 0.0) if client == "10.0.0.9" else (0, 0))
    assert len(await pcm_of(parts.speaker, request("One.", client="10.0.0.9"))) == (WORD_FRAMES + 4000) * 2
    assert len(await pcm_of(parts.speaker, request("One.", client="10.0.0.8"))) == WORD_FRAMES * 2


@pytest.mark.parametrize("text", ["", "   ", "***", "🙂", "..."])
async def test_nothing_to_say_is_no_audio_and_no_failure(text: str) -> None:
    _, one, two = two_adapters()
    parts = Parts(provider(one), provider(two))
    assert await pcm_of(parts.speaker, request(text)) == b""
    assert next(iter(parts.speaker.recent)).outcome == "nothing-to-say"


async def test_an_error_of_the_text_s_source_reaches_the_reader() -> None:
    async def text() -> object:
        yield "One two."
        raise TextTooLong(limit_chars=9)

    _, one, two = two_adapters()
    parts = Parts(provider(one), provider(two))
    with pytest.raises(TextTooLong):
        await pcm_of(parts.speaker, request(text()))  # type: ignore[arg-type]
    assert next(iter(parts.speaker.recent)).outcome == "text-too-long"


async def test_a_consumer_that_leaves_at_any_chunk_leaves_no_task_behind() -> None:
    for leave_after in range(4):
        _, one, two = two_adapters()
        before = asyncio.all_tasks()
        async with Parts(provider(one), provider(two)).speaker.answer(request(TEXT)) as answer:
            chunks = answer.chunks()
            for _ in range(leave_after):
                await anext(chunks)
        assert asyncio.all_tasks() == before
        assert one.entered == one.left


async def test_a_consumer_that_fails_is_not_a_provider_s_failure() -> None:
    _, one, two = two_adapters()
    parts = Parts(provider(one), provider(two))
    with pytest.raises(ConnectionResetError):
        async with parts.speaker.answer(request(TEXT)) as answer:
            await anext(answer.chunks())
            raise ConnectionResetError
    assert not two.utterances
    assert next(iter(parts.speaker.recent)).outcome == "internal"


async def test_more_answers_at_once_than_allowed_are_told_to_come_back() -> None:
    _, one, two = two_adapters()
    speaker = Parts(provider(one), provider(two), max_answers=1).speaker
    async with speaker.answer(request(TEXT)):
        with pytest.raises(OverloadedError):
            await pcm_of(speaker, request(TEXT))
    assert speaker.active == 0


async def test_a_text_stream_that_pauses_takes_nobody_s_place() -> None:
    vocabulary, one, two = two_adapters()
    speaker = Parts(provider(one), provider(two), max_answers=1).speaker
    paused = replace(request(pausing("a", until=asyncio.Event())), streamed=True)
    async with speaker.answer(paused):
        await settle()
        assert speaker.active == 0
        assert vocabulary.heard(await pcm_of(speaker, request(TEXT))) == WORDS


async def test_a_reader_who_takes_nothing_costs_bounded_memory() -> None:
    _, one, two = two_adapters()
    text = " ".join(f"Sentence number {number} is here." for number in range(2000))
    async with Parts(provider(one, gap_s=5), provider(two)).speaker.answer(request(text)) as answer:
        await anext(answer.chunks())
        await settle(3000)
        begun = len(one.utterances)
        await settle(3000)
        assert len(one.utterances) == begun <= 10


async def test_the_record_tells_what_happened_and_not_what_was_said() -> None:
    _, one, two = two_adapters(faults=Faults(refuse=ProviderUnavailable))
    parts = Parts(provider(one), provider(two))
    await pcm_of(parts.speaker, request(TEXT, client="10.0.0.9"))
    record = next(iter(parts.speaker.recent))
    assert record.outcome == "complete"
    assert record.links == ["two/v"]
    assert record.failures == ["provider-unavailable"]
    assert record.chars == len(TEXT)
    assert record.ttfa_s is not None
    assert record.audio_s == pytest.approx(len(WORDS) * 0.1)
    assert "sentence" not in repr(record)


async def pausing(*chunks: str, until: asyncio.Event) -> AsyncIterator[str]:
    """Write the chunks, then nothing for as long as a tool call takes."""
    for chunk in chunks:
        yield chunk
    await until.wait()
    yield "The sun shines."


@pytest.mark.parametrize(
    ("chunks", "first"),
    [
        (("Let me check ", "that."), ["let", "me", "check", "that"]),
        (("Let me check that.", " "), ["let", "me", "check", "that"]),
        (("Let me **check that!**", " "), ["let", "me", "check", "that"]),
    ],
)
async def test_a_finished_sentence_does_not_wait_for_a_tool_call(chunks: tuple[str, ...], first: list[str]) -> None:
    vocabulary, one, two = two_adapters()
    called = asyncio.Event()
    asked = replace(request(pausing(*chunks, until=called)), streamed=True)
    async with Parts(provider(one), provider(two)).speaker.answer(asked) as answer:
        stream = answer.chunks()
        assert vocabulary.heard(await words_of(stream, len(first))) == first
        called.set()
        rest = b"".join([chunk.pcm async for chunk in stream])
    assert vocabulary.heard(rest) == ["the", "sun", "shines"]


async def test_a_pause_in_the_middle_of_a_sentence_ends_nothing() -> None:
    vocabulary, one, two = two_adapters()
    called = asyncio.Event()
    asked = replace(request(pausing("Ask Dr.", " ", until=called)), streamed=True)
    asyncio.get_running_loop().call_later(PAUSE_S * 2, called.set)
    heard = vocabulary.heard(await pcm_of(Parts(provider(one), provider(two)).speaker, asked))
    assert heard == ["ask", "dr", "the", "sun", "shines"]
    assert one.utterances[0].text == "Ask Dr. The sun shines."


async def test_silence_of_the_last_link_after_another_was_cut_is_no_success() -> None:
    _, one, two = two_adapters(faults=Faults(cut_after_words=2))
    two.faults = Faults(cut_after_words=0, cut_with=None)
    with pytest.raises(AllProvidersFailed):
        await pcm_of(Parts(provider(one), provider(two)).speaker, request(TEXT))


async def test_a_last_link_that_was_silent_once_is_asked_again() -> None:
    vocabulary, one, two = two_adapters(faults=Faults(cut_after_words=2))
    two.faults = Faults(cut_after_words=0, cut_with=None, times=1)
    heard = vocabulary.heard(await pcm_of(Parts(provider(one), provider(two)).speaker, request(TEXT)))
    assert heard == WORDS[:2] + WORDS[1:]


async def test_an_adapter_that_cancels_itself_has_not_finished() -> None:
    vocabulary, one, two = two_adapters(faults=Faults(cut_after_words=2, cancel=True, times=1))
    heard = vocabulary.heard(await pcm_of(Parts(provider(one), provider(two)).speaker, request(TEXT)))
    assert heard == WORDS[:2] + WORDS[1:]


async def test_half_a_frame_is_damage_and_the_next_link_speaks() -> None:
    vocabulary, one, two = two_adapters(faults=Faults(odd=True))
    assert vocabulary.heard(await pcm_of(Parts(provider(one), provider(two)).speaker, request(TEXT))) == WORDS


async def test_a_reader_that_leaves_early_has_not_heard_it_all() -> None:
    _, one, two = two_adapters()
    speaker = Parts(provider(one), provider(two)).speaker
    async with speaker.answer(request(TEXT)) as answer:
        await anext(answer.chunks())
    assert next(iter(speaker.recent)).outcome == "cancelled"


async def test_an_overlong_sentence_is_cut_without_the_owner_s_pauses_inside_it() -> None:
    _vocabulary, one, two = two_adapters()
    manner = Manner(max_utterance_chars=80)
    text = " ".join(f"word{number}" for number in range(100)) + ". Next."
    samples = array(
        "h", await pcm_of(Parts(provider(one, pause_s=1.0), provider(two), manner=manner).speaker, request(text))
    )
    assert len(one.utterances) > 5
    assert len(samples) == 101 * WORD_FRAMES + 8000


async def test_nothing_is_prepared_before_the_first_audio() -> None:
    gate = asyncio.Event()
    _, one, two = two_adapters()
    one.gate = gate
    manner = Manner(first_audio_s=30)
    async with Parts(provider(one), provider(two), manner=manner).speaker.answer(request(TEXT)) as answer:
        await settle(100)
        assert len(one.utterances) == 1
        gate.set()
        await anext(answer.chunks())
        await settle(100)
        assert len(one.utterances) > 1


async def test_what_was_prepared_on_a_link_that_fell_is_dropped_and_begun_on_the_next() -> None:
    _, one, two = two_adapters(faults=Faults(stall_after_words=3))
    text = "One two three four five six. " + " ".join(f"Sentence number {number} is here now." for number in range(6))
    async with Parts(provider(one, gap_s=0.3), provider(two)).speaker.answer(request(text)) as answer:
        stream = answer.chunks()
        for _ in range(4):
            await anext(stream)
        await settle(50)
        assert one.entered == one.left
        assert len(two.utterances) > 1
        assert all(utterance.due_s > 0 for utterance in two.utterances[1:])
        assert not two.utterances[0].cacheable


async def test_a_client_that_does_not_read_is_not_the_provider_s_slowness() -> None:
    """The second utterance is prepared while nobody reads: the engine is blocked by us, and times out for it."""
    vocabulary, one, two = two_adapters()
    one.one_at_a_time = asyncio.Lock()
    manner = Manner(first_audio_s=0.05, last_first_audio_s=0.1, whole_first_chars=2_000)
    text = " ".join(["word"] * 55) + ". Then the end."
    parts = Parts(provider(one), provider(two), manner=manner)
    async with parts.speaker.answer(request(text)) as answer:
        stream = answer.chunks()
        pcm = (await anext(stream)).pcm
        await asyncio.sleep(1.5)
        pcm += b"".join([chunk.pcm async for chunk in stream])
    assert vocabulary.heard(pcm) == ["word"] * 55 + ["then", "the", "end"]
    assert not two.utterances


async def test_patience_counts_from_when_the_listener_runs_dry_and_is_longer_with_the_last_link() -> None:
    _, one, two = two_adapters(faults=Faults(cut_after_words=1, times=1))
    manner = Manner(first_audio_s=3.0, last_first_audio_s=7.0)
    await pcm_of(Parts(provider(one), provider(two), manner=manner).speaker, request(TEXT))
    assert [utterance.patience_s for utterance in one.utterances[:1]] == [3.0]
    assert len(two.utterances) > 1
    assert all(utterance.patience_s == 7.0 for utterance in two.utterances)
    assert two.utterances[1].due_s > 0


async def test_what_waits_at_a_link_that_fell_is_cancelled_and_not_left_to_time_out() -> None:
    _, one, two = two_adapters(faults=Faults(cut_after_words=3, times=1))
    text = "One two three four five six. " + " ".join(f"Sentence number {number} is here now." for number in range(6))
    async with Parts(provider(one), provider(two), manner=Manner(first_audio_s=30)).speaker.answer(
        request(text)
    ) as answer:
        stream = answer.chunks()
        await anext(stream)
        one.gate = asyncio.Event()
        async for _ in stream:
            assert one.entered == one.left or not two.utterances


async def test_no_pause_where_an_utterance_is_carried_on() -> None:
    _, one, two = two_adapters(faults=None)
    one.faults = Faults(cut_after_words=2)
    parts = Parts(provider(one, pause_s=1.0), provider(two, pause_s=1.0))
    samples = array("h", await pcm_of(parts.speaker, request("Alpha. One two three four.")))
    one_pause_and_the_cut_word_twice = 8000 + (5 + 1) * WORD_FRAMES
    assert len(samples) == one_pause_and_the_cut_word_twice


async def test_the_filter_s_rest_is_heard_where_a_resampled_link_fails() -> None:
    vocabulary = Vocabulary()
    one = WordAdapter("one", vocabulary, rate=8000, faults=Faults(cut_after_words=1))
    two = WordAdapter("two", vocabulary, rate=16000, faults=Faults(cut_after_words=2))
    three = WordAdapter("three", vocabulary, rate=8000)
    speaker = Parts(provider(one), provider(two), provider(three)).speaker
    samples = array("h", await pcm_of(speaker, request("Alpha bravo charlie delta.")))
    # alpha | alpha bravo at 16 kHz, half as many samples | bravo charlie delta
    assert abs(len(samples) - (1 + 1 + 3) * WORD_FRAMES) <= 2


@pytest.mark.parametrize("takes_leave", [True, False])
async def test_links_of_an_answer_that_was_heard_to_its_end_are_left_in_good_order(*, takes_leave: bool) -> None:
    """Only then is it a success for the breaker, and kept by the cache; but nobody waits for one that never leaves."""
    vocabulary = Vocabulary()
    one = Leaving("a", vocabulary, takes_leave=takes_leave)
    speaker = Parts(provider(one)).speaker
    began = asyncio.get_running_loop().time()
    assert vocabulary.heard(await pcm_of(speaker, request("Hello there."))) == ["hello", "there"]
    assert one.left_well is takes_leave
    assert asyncio.get_running_loop().time() - began < 10 * LEAVING_S


@dataclass
class Leaving(WordAdapter):
    """Takes a turn of the loop, or for ever, to be left."""

    takes_leave: bool = True
    left_well: bool = False

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        async with super().synthesize(utterance) as stream:
            yield stream
            for _ in range(50):
                await asyncio.sleep(0)
            if not self.takes_leave:
                await asyncio.Event().wait()
            self.left_well = True
