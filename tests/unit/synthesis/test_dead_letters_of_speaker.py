"""Which requests the speaker puts into the box, with what, and how long that may take."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.house_parts import Parts, pcm_of, provider, request, tokens, two_adapters
from tests.fakes.idle_loop import LoopClock, run_idle
from tests.fakes.stuck_store import stuck
from tests.fakes.word_adapter import Faults, Vocabulary, WordAdapter
from wyoming_tts.errors import (
    AllProvidersFailed,
    BadCredentials,
    OverloadedError,
    ProviderUnavailable,
    QuotaExhausted,
    TextTooLong,
    TtsError,
    UnknownVoice,
)
from wyoming_tts.store.database import Database
from wyoming_tts.store.dead_letters import SCHEMA, DeadLetters
from wyoming_tts.store.text_hash import TextHashes
from wyoming_tts.synthesis.carrying_on.carry_on import CarryOn
from wyoming_tts.synthesis.carrying_on.pace import Paces
from wyoming_tts.synthesis.carrying_on.yardstick import Yardstick
from wyoming_tts.synthesis.dead_letter_box import DeadLetterBox, StoredDeadLetterBox
from wyoming_tts.synthesis.manner import Manner
from wyoming_tts.synthesis.routing.privacy import PrivacyRules
from wyoming_tts.synthesis.speaker import Letters, Speaker, SpeakerOptions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence
    from pathlib import Path

    from wyoming_tts.errors import ProviderError
    from wyoming_tts.speech.request import SpeechRequest
    from wyoming_tts.synthesis.record import RequestRecord

TEXT = "The first sentence has some words. Then comes another one. At last the third ends it."
HASHES = TextHashes(b"k" * 32)
UNREAD = pytest.mark.xfail(strict=True, reason="only what had been read when the chain failed is put away")


@dataclass(frozen=True, slots=True)
class Put:
    """What the box was given, as it was then."""

    chars: int
    outcome: str
    codes: list[str]
    text: str | None
    text_hash: str


@dataclass(slots=True)
class Box:
    puts: list[Put] = field(default_factory=list)

    async def keep(
        self, record: RequestRecord, failures: Sequence[ProviderError], text: str | None, text_hash: str
    ) -> None:
        codes = [f"{failure.provider}: {failure.code}" for failure in failures]
        self.puts.append(Put(record.chars, record.outcome, codes, text, text_hash))


def speaker(
    box: DeadLetterBox,
    one: Faults | None = None,
    two: Faults | None = None,
    *,
    keeps_text: bool = False,
    max_answers: int = 64,
    unknown_is_error: bool = False,
) -> Speaker:
    _, first, second = two_adapters(faults=one)
    second.faults = two
    parts = Parts(
        provider(first, clock=LoopClock()), provider(second, clock=LoopClock()), unknown_is_error=unknown_is_error
    )
    return Speaker(
        parts.router,
        SpeakerOptions(Manner(hedge="off"), max_answers=max_answers, keep_failed_text=keeps_text),
        carry_on=CarryOn(Yardstick(None), Paces()),
        clock=LoopClock(),
        letters=Letters(box, HASHES.begin),
    )


def mute(box: DeadLetterBox, *, keeps_text: bool = False) -> Speaker:
    return speaker(box, Faults(refuse=BadCredentials), Faults(refuse=QuotaExhausted), keeps_text=keeps_text)


def hash_of(text: str) -> str:
    hash_ = HASHES.begin()
    hash_.update(text)
    return hash_.hexdigest()


def chunked(text: str, size: int) -> AsyncIterator[str]:
    return tokens(*(text[start : start + size] for start in range(0, len(text), size)))


@pytest.mark.parametrize(("keeps_text", "text"), [(False, None), (True, TEXT)])
def test_what_nobody_could_speak_is_put_away_once(keeps_text: bool, text: str | None) -> None:  # noqa: FBT001 - a table
    async def run() -> None:
        box = Box()
        with pytest.raises(AllProvidersFailed):
            await pcm_of(mute(box, keeps_text=keeps_text), request(TEXT))
        codes = ["one: bad-credentials", "two: quota-exhausted"]
        assert box.puts == [Put(len(TEXT), "all-providers-failed", codes, text, hash_of(TEXT))]

    run_idle(run())


@pytest.mark.parametrize(
    ("size", "streamed"),
    [
        *((size, False) for size in (1, 3, 40, 1000)),
        (1000, True),
        *(pytest.param(size, True, marks=UNREAD) for size in (1, 3)),
    ],
)
def test_the_same_text_has_the_same_hash_in_any_chunking(size: int, streamed: bool) -> None:  # noqa: FBT001 - a table
    async def run() -> None:
        box = Box()
        asked = replace(request(chunked(TEXT, size)), streamed=streamed)
        with pytest.raises(AllProvidersFailed):
            await pcm_of(mute(box, keeps_text=True), asked)
        assert [(put.text, put.text_hash) for put in box.puts] == [(TEXT, hash_of(TEXT))]

    run_idle(run())


def test_a_text_whose_end_nobody_could_speak_is_put_away_whole() -> None:
    async def run() -> None:
        box = Box()
        failing = speaker(box, Faults(cut_after_words=3), Faults(refuse=BadCredentials), keeps_text=True)
        heard = b""
        with pytest.raises(AllProvidersFailed):
            async with failing.answer(request(TEXT)) as answer:
                async for chunk in answer.chunks():
                    heard += chunk.pcm
        assert heard
        assert [(put.codes[0], put.text, put.text_hash) for put in box.puts] == [
            ("one: speech-cut-off", TEXT, hash_of(TEXT))
        ]

    run_idle(run())


async def too_long() -> AsyncIterator[str]:
    yield "One two. Three"
    raise TextTooLong(limit_chars=9)


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        (lambda: request(too_long()), TextTooLong),
        (lambda: request(TEXT, voice="nobody"), UnknownVoice),
    ],
)
def test_what_the_client_did_wrong_is_not(asked: Callable[[], SpeechRequest], error: type[TtsError]) -> None:
    async def run() -> None:
        box = Box()
        with pytest.raises(error):
            await pcm_of(speaker(box, unknown_is_error=True), asked())
        assert not box.puts

    run_idle(run())


@pytest.mark.parametrize("asked", [lambda: request(TEXT), lambda: request(""), lambda: request("***")])
def test_what_was_spoken_is_not(asked: Callable[[], SpeechRequest]) -> None:
    async def run() -> None:
        box = Box()
        await pcm_of(speaker(box), asked())
        await pcm_of(speaker(box, Faults(refuse=ProviderUnavailable)), asked())
        assert not box.puts

    run_idle(run())


def test_a_listener_who_leaves_or_fails_and_one_too_many_are_not() -> None:
    async def run() -> None:
        box = Box()
        full = speaker(box, Faults(stall_after_words=1), max_answers=1)
        async with full.answer(request(TEXT)) as answer:
            await anext(answer.chunks())
            with pytest.raises(OverloadedError):
                await pcm_of(full, request(TEXT))
        with pytest.raises(ConnectionResetError):
            async with full.answer(request(TEXT)):
                raise ConnectionResetError
        listening = asyncio.ensure_future(pcm_of(full, request(TEXT)))
        await asyncio.sleep(0.1)
        listening.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listening
        assert not box.puts
        assert [record.outcome for record in full.recent] == ["cancelled", "internal", "overloaded", "cancelled"]

    run_idle(run())


@pytest.mark.parametrize(
    "rules",
    [PrivacyRules(["first"]), PrivacyRules(networks=["10.0.0.0/8"])],
    ids=["text", "client"],
)
def test_a_private_text_for_which_there_is_nobody_here_is_put_away_as_well(rules: PrivacyRules) -> None:
    async def run() -> None:
        box = Box()
        cloud = WordAdapter("cloud", Vocabulary(), is_free=False)
        parts = Parts(provider(cloud), privacy=rules, letters=Letters(box, HASHES.begin), clock=LoopClock())
        with pytest.raises(AllProvidersFailed):
            await pcm_of(parts.speaker, request(TEXT, client="10.0.0.1"))
        assert [(put.codes, put.text, put.text_hash) for put in box.puts] == [([], TEXT, hash_of(TEXT))]

    run_idle(run())


async def test_a_disk_that_hangs_takes_no_more_than_its_patience(tmp_path: Path) -> None:
    database = Database(tmp_path / "db.sqlite", [SCHEMA])
    await database.open()
    letters = DeadLetters(database, max_count=10, max_days=30, max_bytes=10**6)
    async with stuck(database), asyncio.timeout(5):
        with pytest.raises(AllProvidersFailed, match="one refused the key; two has no credit left"):
            await pcm_of(mute(StoredDeadLetterBox(letters, patience_s=0.05)), request(TEXT))
    assert [letter.text_hash for letter in await letters.list()] == [hash_of(TEXT)], "the disk finishes on its own"
    await database.aclose()


def test_without_a_box_the_failure_is_the_same() -> None:
    async def run() -> None:
        vocabulary = Vocabulary()
        parts = Parts(provider(WordAdapter("one", vocabulary, faults=Faults(refuse=BadCredentials))))
        with pytest.raises(AllProvidersFailed, match="one refused the key"):
            await pcm_of(parts.speaker, request(TEXT))

    run_idle(run())
