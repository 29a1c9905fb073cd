"""When the first clause of a text stream is let go, and what is taken after it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.fakes.idle_loop import run_idle
from wyoming_tts.speech.request import SpeechRequest, whole
from wyoming_tts.synthesis.reading import Piece, Reading

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

TEXT = (
    "The washing machine in the cellar is done, and since it is not going to rain you could hang up the bed. Bye now."
)
CLAUSE = "The washing machine in the cellar is done,"
REST = TEXT[len(CLAUSE) + 1 : TEXT.index(" Bye")]
TOKEN, TOKEN_S = 4, 0.04


async def written(text: str = TEXT) -> AsyncIterator[str]:
    for start in range(0, len(text), TOKEN):
        yield text[start : start + TOKEN]
        await asyncio.sleep(TOKEN_S)


def read(
    check: Callable[[Reading], Awaitable[None]],
    *,
    clause_after_s: float | None = 0.3,
    streamed: bool = True,
    text: str = TEXT,
) -> None:
    async def run() -> None:
        request = SpeechRequest("r", written(text) if streamed else whole(text), streamed=streamed)
        reading = Reading(request, max_chars=300, code_blocks="skip", clause_after_s=clause_after_s)
        async with asyncio.TaskGroup() as group:
            group.create_task(reading.run())
            await check(reading)

    run_idle(run())


async def taken(reading: Reading) -> list[tuple[str, bool]]:
    pieces = []
    while await reading.available():
        piece = reading.take(1, 300)[0]
        pieces.append((piece.text, piece.begins_sentence))
    return pieces


def now() -> float:
    return asyncio.get_running_loop().time()


def test_the_first_clause_comes_before_its_sentence_has_ended_and_the_rest_follows() -> None:
    async def check(reading: Reading) -> None:
        began = now()
        assert await reading.available()
        assert now() - began < (len(CLAUSE) + 2 * TOKEN) / TOKEN * TOKEN_S
        assert await taken(reading) == [(CLAUSE, True), (REST, False), ("Bye now.", True)]

    read(check)


def test_it_waits_so_long_for_the_sentence() -> None:
    async def check(reading: Reading) -> None:
        began = now()
        assert await reading.available()
        assert 0.8 <= now() - began <= 0.8 + 2 * TOKEN_S
        assert (await taken(reading))[0] == (CLAUSE, True)

    read(check, clause_after_s=0.8)


def test_a_sentence_that_is_there_in_time_is_left_whole() -> None:
    async def check(reading: Reading) -> None:
        assert await taken(reading) == [(f"{CLAUSE} {REST}", True), ("Bye now.", True)]

    read(check, clause_after_s=60)
    read(check, clause_after_s=None)


def test_a_text_that_comes_whole_has_no_open_clause() -> None:
    async def check(reading: Reading) -> None:
        assert await taken(reading) == [(f"{CLAUSE} {REST}", True), ("Bye now.", True)]

    read(check, streamed=False, clause_after_s=0)


def test_only_the_first_sentence_is_begun_early() -> None:
    async def check(reading: Reading) -> None:
        assert [text for text, _ in await taken(reading)] == ["Bye now.", f"{CLAUSE} {REST}"]

    read(check, clause_after_s=0, text=f"Bye now. {CLAUSE} {REST}")


def test_a_client_that_stops_in_the_middle_is_heard_up_to_the_comma() -> None:
    async def stopping() -> AsyncIterator[str]:
        yield f"{CLAUSE} and"
        await asyncio.sleep(100)
        yield " so on."

    async def run() -> None:
        reading = Reading(
            SpeechRequest("r", stopping(), streamed=True), max_chars=300, code_blocks="skip", clause_after_s=0.2
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(reading.run())
            began = now()
            assert await reading.available()
            assert now() - began < 1.0
            assert await taken(reading) == [(CLAUSE, True), ("and so on.", False)]

    run_idle(run())


def test_a_long_sentence_can_be_begun_with_its_first_clause() -> None:
    async def check(reading: Reading) -> None:
        assert await reading.available()
        assert reading.take_clause() == Piece(CLAUSE, begins_sentence=True, ends_sentence=False)
        assert await taken(reading) == [(REST, False), ("Bye now.", True)]

    read(check, streamed=False)


def test_what_has_no_clause_is_taken_whole() -> None:
    async def check(reading: Reading) -> None:
        assert await reading.available()
        assert reading.take_clause() == Piece("Bye now.", begins_sentence=True, ends_sentence=True)

    read(check, streamed=False, text="Bye now.")


def test_a_sentence_that_has_ended_before_a_pause_is_left_whole() -> None:
    async def written_and_stopped() -> AsyncIterator[str]:
        yield "It is raining outside the house right now, yes."
        await asyncio.sleep(100)
        yield " Take a coat."

    async def run() -> None:
        reading = Reading(
            SpeechRequest("r", written_and_stopped(), streamed=True),
            max_chars=300,
            code_blocks="skip",
            clause_after_s=0.3,
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(reading.run())
            assert await taken(reading) == [
                ("It is raining outside the house right now, yes.", True),
                ("Take a coat.", True),
            ]

    run_idle(run())
