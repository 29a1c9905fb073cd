"""Equal utterances at the same time are spoken once, and nobody who listens is harmed by another one."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.idle_loop import run_idle
from tests.fakes.word_adapter import Faults, Vocabulary, WordAdapter
from wyoming_tts.errors import ProviderUnavailable, SpeechCutOff, UtteranceRejected
from wyoming_tts.speech.audio import Chunk
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.broadcast import KEPT_BYTES
from wyoming_tts.synthesis.wrappers.coalesced import AHEAD_BYTES, PLACE_AHEAD_BYTES, Coalesced

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.adapters.base import Capabilities
    from wyoming_tts.speech.audio import AudioStream

WORDS = ["one", "two", "three", "four", "five"]
UTTERANCE = Utterance(" ".join(WORDS), voice="v", answer_id="a", patience_s=1.5)
LONG_BYTES = 64 * 1024


class Long(WordAdapter):
    """Speaks without end, at once."""

    given_bytes = 0
    orders = False

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, orders=self.orders)

    async def _chunks(self, *_: object) -> AsyncIterator[Chunk]:
        while True:
            self.given_bytes += LONG_BYTES
            yield Chunk(bytes(LONG_BYTES))


class Stepwise(WordAdapter):
    """Says a word for each permit."""

    steps: asyncio.Semaphore

    async def _chunks(self, *arguments: Any) -> AsyncIterator[Chunk]:
        async for chunk in super()._chunks(*arguments):
            await self.steps.acquire()
            yield chunk


class Room:
    """A wrapper round an adapter, and those who listen through it."""

    def __init__(self, adapter: WordAdapter | None = None, **traits: Any) -> None:
        self.adapter = adapter or WordAdapter("a", Vocabulary(), **traits)
        self.coalesced = Coalesced(self.adapter, self.adapter)

    async def heard(self, utterance: Utterance = UTTERANCE, *, pause_s: float = 0.0) -> list[str]:
        pcm = b""
        async with self.coalesced.synthesize(utterance) as stream:
            async for chunk in stream.chunks:
                pcm += chunk.pcm
                if pause_s:
                    await asyncio.sleep(pause_s)
        return self.adapter.vocabulary.heard(pcm)

    @asynccontextmanager
    async def all_left(self) -> AsyncIterator[None]:
        """Check that nothing is left over of what was spoken meanwhile."""
        tasks = asyncio.all_tasks()
        yield
        assert self.adapter.entered == self.adapter.left
        assert asyncio.all_tasks() == tasks
        assert not self.coalesced._spoken


def stepwise() -> Room:
    adapter = Stepwise("a", Vocabulary())
    adapter.steps = asyncio.Semaphore(0)
    return Room(adapter)


def let(room: Room, words: int) -> None:
    assert isinstance(room.adapter, Stepwise)
    for _ in range(words):
        room.adapter.steps.release()


async def settle() -> None:
    for _ in range(30):
        await asyncio.sleep(0)


async def test_ten_at_once_are_one_synthesis_and_all_hear_it() -> None:
    room = Room()
    async with room.all_left():
        heard = await asyncio.gather(*(room.heard(replace(UTTERANCE, answer_id=f"{n}")) for n in range(10)))
    assert heard == [WORDS] * 10
    assert room.adapter.entered == 1


async def test_what_comes_one_after_the_other_is_spoken_each_time() -> None:
    room = Room()
    assert [await room.heard() for _ in range(2)] == [WORDS] * 2
    assert room.adapter.entered == 2


OTHERS: dict[str, object] = {
    "text": "six",
    "voice": "w",
    "speaker": "anna",
    "prosody": Prosody(speed=1.5),
    "language": "de",
    "answer_id": "b",
    "previous_text": "Before.",
    "next_text": "Behind.",
    "streamed": True,
    "cacheable": False,
    "due_s": 0.5,
    "patience_s": 1.6,
    "via": ("another",),
    "insist": True,
    "sentence_starts": (0, 4),
    "seed": 7,
}
"""Another value of each field of an utterance."""
FREE = {"answer_id", "cacheable", "due_s", "patience_s", "sentence_starts"}
"""What makes no difference to the audio, nor to whether there is any."""
AROUND = {"previous_text", "next_text", "streamed"}


def test_every_field_of_an_utterance_is_looked_at() -> None:
    assert set(OTHERS) == {field.name for field in fields(Utterance)}


@pytest.mark.parametrize("minds_context", [True, False])
@pytest.mark.parametrize("name", OTHERS)
async def test_what_is_spoken_or_refused_in_another_way_is_spoken_apart(name: str, *, minds_context: bool) -> None:
    room = Room(minds_context=minds_context, gate=asyncio.Event())
    other = replace(UTTERANCE, **{name: OTHERS[name]})  # type: ignore[arg-type] # as the field is
    both = [asyncio.create_task(room.heard(one)) for one in (UTTERANCE, other)]
    await settle()
    same = name in FREE or (name in AROUND and not minds_context)
    assert room.adapter.entered == (1 if same else 2)
    room.adapter.gate.set()  # type: ignore[union-attr] # set above
    await asyncio.wait(both)


@pytest.mark.parametrize(("one_breath", "spoken"), [(True, 2), (False, 1)])
async def test_what_an_engine_holds_for_one_answer_is_nobody_else_s(*, one_breath: bool, spoken: int) -> None:
    room = Room(one_breath=one_breath, minds_context=True)
    streamed = replace(UTTERANCE, streamed=True)
    await asyncio.gather(*(room.heard(replace(streamed, answer_id=answer)) for answer in ("a", "b")))
    assert room.adapter.entered == spoken


async def test_one_who_comes_late_first_gets_what_is_there() -> None:
    room = stepwise()
    async with room.all_left():
        first = asyncio.create_task(room.heard())
        let(room, 3)
        await settle()
        late = asyncio.create_task(room.heard(replace(UTTERANCE, answer_id="b")))
        await settle()
        assert room.adapter.entered == 1
        let(room, 2)
        assert list(await asyncio.gather(first, late)) == [WORDS] * 2


@pytest.mark.parametrize(("due_s", "spoken"), [(3.9, 1), (3.0, 2), (0.0, 2)])
async def test_who_is_due_a_moment_sooner_joins_where_he_has_something_in_hand(due_s: float, spoken: int) -> None:
    """The second part of an announcement is asked for by each room when it has heard some of the first."""
    room = Room(gate=asyncio.Event())
    first = asyncio.create_task(room.heard(replace(UTTERANCE, due_s=4.0)))
    await settle()
    other = asyncio.create_task(room.heard(replace(UTTERANCE, due_s=due_s)))
    await settle()
    assert room.adapter.entered == spoken
    room.adapter.gate.set()  # type: ignore[union-attr] # set above
    await asyncio.wait([first, other])


async def test_nobody_shares_the_patience_of_what_is_made_ahead() -> None:
    """A phrase is due in an hour: whoever waits for it now must not sit in silence for so long when it stalls."""
    room = stepwise()
    phrase = asyncio.create_task(room.heard(replace(UTTERANCE, due_s=3600.0, patience_s=None)))
    let(room, 1)
    await settle()
    now = asyncio.create_task(room.heard())
    await settle()
    assert room.adapter.entered == 2
    for task in (phrase, now):
        task.cancel()
    await asyncio.wait([phrase, now])


async def test_a_slow_reader_holds_nobody_up_and_misses_nothing() -> None:
    room = Room()

    async def slow() -> list[str]:
        pcm = b""
        async with room.coalesced.synthesize(UTTERANCE) as stream:
            await others_done.wait()
            async for chunk in stream.chunks:
                pcm += chunk.pcm
        return room.adapter.vocabulary.heard(pcm)

    others_done = asyncio.Event()
    async with room.all_left():
        slowly = asyncio.create_task(slow())
        await asyncio.sleep(0)
        assert await asyncio.gather(*(room.heard() for _ in range(3))) == [WORDS] * 3
        assert not slowly.done()
        others_done.set()
        assert await slowly == WORDS
    assert room.adapter.entered == 1


@pytest.mark.parametrize("words", [0, 2])
async def test_others_go_on_when_the_first_one_leaves(words: int) -> None:
    room = stepwise()
    async with room.all_left():
        first = asyncio.create_task(room.heard())
        await asyncio.sleep(0)
        others = [asyncio.create_task(room.heard()) for _ in range(2)]
        let(room, words)
        await settle()
        first.cancel()
        await asyncio.wait([first])
        assert first.cancelled()
        let(room, len(WORDS) - words)
        assert await asyncio.gather(*others) == [WORDS] * 2
    assert room.adapter.entered == 1


@pytest.mark.parametrize("words", [0, 2])
async def test_it_ends_with_the_last_one_at_once(words: int) -> None:
    room = stepwise()
    async with room.all_left():
        both = [asyncio.create_task(room.heard()) for _ in range(2)]
        let(room, words)
        await settle()
        for number, one in enumerate(both):
            assert room.adapter.left == 0, f"{number} have left"
            one.cancel()
            await asyncio.wait([one])
        assert room.adapter.left == 1, "left means that nothing of it still runs"
    again = asyncio.create_task(room.heard())
    let(room, 10)
    assert await again == WORDS


@pytest.mark.parametrize("words", [0, 3])
async def test_a_failure_reaches_all_each_with_one_of_its_own(words: int) -> None:
    room = Room(faults=Faults(cut_after_words=words, times=1))
    said: list[list[str]] = []

    async def listen() -> None:
        pcm = b""
        async with room.coalesced.synthesize(UTTERANCE) as stream:
            try:
                async for chunk in stream.chunks:
                    pcm += chunk.pcm
            finally:
                said.append(room.adapter.vocabulary.heard(pcm))

    async with room.all_left():
        errors = await asyncio.gather(*(listen() for _ in range(5)), return_exceptions=True)
        assert [(type(error), str(error)) for error in errors] == [(SpeechCutOff, "a stopped in the middle")] * 5
        assert len({id(error) for error in errors}) == 5
        assert said == [WORDS[:words]] * 5, "behind the audio that came before it"
        assert await room.heard() == WORDS, "whoever comes behind it begins anew"


@pytest.mark.parametrize(
    "error",
    [ProviderUnavailable("why", provider="a", retry_after_s=3.0), UtteranceRejected("why", provider="b"), KeyError(1)],
)
async def test_a_refusal_reaches_all_with_its_facts(error: Exception) -> None:
    class Refusing(WordAdapter):
        @asynccontextmanager
        async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
            async with super().synthesize(utterance):
                await asyncio.sleep(0)
                raise error
            yield

    room = Room(Refusing("a", Vocabulary()))
    async with room.all_left():
        errors = await asyncio.gather(*(room.heard() for _ in range(3)), return_exceptions=True)
    assert room.adapter.entered == 1
    assert len({id(error), *map(id, errors)}) == 4
    for one in errors:
        assert isinstance(one, type(error))
        assert (one.args, vars(one), one.__cause__) == (error.args, vars(error), error)


async def test_an_adapter_that_cancels_by_mistake_cuts_everybody_off() -> None:
    room = Room(faults=Faults(cut_after_words=2, cancel=True))
    async with room.all_left():
        errors = await asyncio.gather(*(room.heard() for _ in range(3)), return_exceptions=True)
    assert [type(error) for error in errors] == [SpeechCutOff] * 3


async def test_trouble_in_taking_leave_is_told_behind_the_end() -> None:
    class Leaving(WordAdapter):
        @asynccontextmanager
        async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
            async with super().synthesize(utterance) as stream:
                yield stream
            raise SpeechCutOff(provider=self.name)

    room = Room(Leaving("a", Vocabulary()))
    heard = 0
    async with room.all_left():
        with pytest.raises(SpeechCutOff):
            async with room.coalesced.synthesize(UTTERANCE) as stream:
                async for _ in stream.chunks:
                    heard += 1
        assert heard == len(WORDS)


@pytest.mark.parametrize(("orders", "ahead_bytes"), [(True, AHEAD_BYTES), (False, PLACE_AHEAD_BYTES)])
async def test_it_is_read_ahead_of_the_fastest_reader_by_so_much_and_no_more(*, orders: bool, ahead_bytes: int) -> None:
    adapter = Long("a", Vocabulary())
    adapter.orders = orders
    room = Room(adapter)
    async with room.all_left(), room.coalesced.synthesize(UTTERANCE) as stream:
        await settle()
        assert adapter.given_bytes == ahead_bytes
        async with room.coalesced.synthesize(UTTERANCE) as faster:
            for _ in range(5):
                await anext(faster.chunks)
            await settle()
            assert adapter.given_bytes == ahead_bytes + 5 * LONG_BYTES
        await anext(stream.chunks)
        await settle()
        assert adapter.given_bytes == ahead_bytes + 5 * LONG_BYTES, "the one who stayed has yet to come there"
    assert adapter.entered == 1


async def test_what_all_have_read_is_kept_for_those_who_come_later_within_bounds() -> None:
    adapter = Long("a", Vocabulary())
    adapter.orders = True
    room = Room(adapter)
    async with room.all_left(), room.coalesced.synthesize(UTTERANCE) as stream, AsyncExitStack() as others:
        for _ in range(KEPT_BYTES // LONG_BYTES - 1):
            await anext(stream.chunks)
        await others.enter_async_context(room.coalesced.synthesize(UTTERANCE))
        await others.aclose()
        assert adapter.entered == 1
        for _ in range(100):
            await anext(stream.chunks)
        broadcast = next(iter(room.coalesced._spoken.values()))
        assert sum(len(chunk.pcm) for chunk in broadcast._chunks) <= KEPT_BYTES + AHEAD_BYTES
        await others.enter_async_context(room.coalesced.synthesize(UTTERANCE))
        assert adapter.entered == 2, "its beginning is no longer there"
        await others.aclose()


@pytest.mark.parametrize(
    ("first", "after_s", "second", "joins"),
    [
        ({}, 0.7, {}, True),
        ({}, 0.8, {}, False),  # it would be given up long before his patience is over
        ({"patience_s": None}, 60.0, {}, True),
        ({}, 0.0, {"patience_s": None}, False),
        ({"due_s": 3.0}, 0.0, {}, False),  # it might be kept waiting
        ({"due_s": 3.0}, 2.0, {"due_s": 1.1}, True),
        ({"due_s": 3.0}, 2.0, {"due_s": 0.7}, False),
        ({}, 0.0, {"due_s": 0.7}, True),
        ({}, 0.0, {"due_s": 0.8}, False),
    ],
)
def test_nobody_joins_what_would_be_later_or_less_patient_than_an_own_try(
    first: dict[str, Any], after_s: float, second: dict[str, Any], *, joins: bool
) -> None:
    async def run() -> None:
        room = Room(gate=asyncio.Event())
        tasks = [asyncio.create_task(room.heard(replace(UTTERANCE, **first)))]
        await asyncio.sleep(after_s)
        tasks.append(asyncio.create_task(room.heard(replace(UTTERANCE, **second))))
        await settle()
        assert room.adapter.entered == (1 if joins else 2)
        room.adapter.gate.set()  # type: ignore[union-attr] # set above
        assert await asyncio.gather(*tasks) == [WORDS] * 2

    run_idle(run())


async def test_what_was_prepared_long_ahead_is_not_joined_by_one_who_waits() -> None:
    room = stepwise()
    prepared = asyncio.create_task(room.heard(replace(UTTERANCE, due_s=9.0)))
    let(room, 1)
    await settle()
    newcomer = asyncio.create_task(room.heard())
    let(room, 9)
    assert list(await asyncio.gather(prepared, newcomer)) == [WORDS] * 2
    assert room.adapter.entered == 2


async def test_the_most_urgent_one_is_joined_by_those_who_come_behind() -> None:
    room = Room(gate=asyncio.Event())
    tasks = [asyncio.create_task(room.heard(replace(UTTERANCE, due_s=due_s))) for due_s in (9.0, 0.0, 0.5, 0.5)]
    await settle()
    assert [one.due_s for one in room.adapter.utterances] == [9.0, 0.0]
    room.adapter.gate.set()  # type: ignore[union-attr] # set above
    assert await asyncio.gather(*tasks) == [WORDS] * 4
    assert not room.coalesced._spoken


LISTENERS = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.05, 0.3]),  # comes after
        st.sampled_from([0.0, 0.01, 0.2]),  # rests between two words
        st.sampled_from([None, 0.0, 0.02, 0.15, 0.4]),  # leaves after
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(listeners=LISTENERS, delay_s=st.sampled_from([0.0, 0.1]), cut=st.sampled_from([None, 0, 3]))
def test_whoever_stays_hears_all_and_nothing_is_left_over(
    listeners: list[tuple[float, float, float | None]], delay_s: float, cut: int | None
) -> None:
    async def run() -> None:
        room = Room(delay_s=delay_s, faults=Faults(cut_after_words=cut))

        async def listen(comes_s: float, pause_s: float, leaves_s: float | None) -> list[str] | str:
            await asyncio.sleep(comes_s)
            try:
                async with asyncio.timeout(leaves_s):
                    return await room.heard(pause_s=pause_s)
            except TimeoutError:
                return "left"
            except SpeechCutOff:
                return "cut"

        async with room.all_left():
            said = await asyncio.gather(*(listen(*listener) for listener in listeners))
        whole = WORDS if cut is None else "cut"
        for (_, _, leaves_s), result in zip(listeners, said, strict=True):
            assert result == whole or (leaves_s is not None and result == "left")

    run_idle(run())
