"""Looking at the beginning of a text loses nothing of it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.fakes.house_parts import tokens
from wyoming_tts.errors import TextTooLong
from wyoming_tts.synthesis.routing.peeked_text import PeekedText, letters

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LONG_S = 30.0


async def beginning(text: PeekedText, pause_s: float | None = LONG_S) -> str:
    async with asyncio.timeout(5):
        return await text.beginning(max_chars=200, min_letters=20, pause_s=pause_s)


async def rest(text: PeekedText) -> list[str]:
    return [piece async for piece in text]


def test_letters_are_counted_in_any_script() -> None:
    assert letters("Ä, 洗 1_!") == 2


async def test_a_short_text_is_seen_whole() -> None:
    text = PeekedText(tokens("Hello ", "you."))
    assert await beginning(text) == "Hello you."
    assert await rest(text) == ["Hello ", "you."]
    assert await rest(text) == []


async def test_no_more_is_waited_for_than_two_hundred_characters() -> None:
    text = PeekedText(tokens("a" * 150, "b" * 150, "c"))
    assert await beginning(text) == "a" * 150 + "b" * 50
    assert [len(piece) for piece in await rest(text)] == [150, 150, 1]


async def test_a_sentence_with_enough_letters_is_enough() -> None:
    asked = []

    async def source() -> AsyncIterator[str]:
        for piece in ("Well. ", "This is long enough now. ", "Not yet read."):
            asked.append(piece)
            yield piece

    text = PeekedText(source())
    assert await beginning(text) == "Well. This is long enough now. "
    assert len(asked) == 2
    assert len(await rest(text)) == 3


async def test_a_client_that_pauses_is_not_waited_for_and_its_next_word_is_not_lost() -> None:
    go_on = asyncio.Event()

    async def source() -> AsyncIterator[str]:
        yield "One moment "
        await go_on.wait()
        yield "please."

    text = PeekedText(source())
    assert await beginning(text, pause_s=0.01) == "One moment "
    go_on.set()
    assert await rest(text) == ["One moment ", "please."]
    await text.aclose()


async def test_the_first_word_is_waited_for_however_long_it_takes() -> None:
    go_on = asyncio.Event()

    async def source() -> AsyncIterator[str]:
        await go_on.wait()
        yield "Hello."

    text = PeekedText(source())
    waiting = asyncio.ensure_future(beginning(text, pause_s=0.001))
    done, _ = await asyncio.wait([waiting], timeout=0.05)
    assert not done
    go_on.set()
    assert await waiting == "Hello."


async def test_a_failure_of_the_source_reaches_who_reads_on() -> None:
    async def source() -> AsyncIterator[str]:
        yield "Hello "
        raise TextTooLong(limit_chars=5)

    text = PeekedText(source())
    assert await beginning(text) == "Hello "
    assert await anext(text) == "Hello "
    with pytest.raises(TextTooLong):
        await anext(text)


@pytest.mark.parametrize("fails", [False, True])
async def test_a_read_under_way_ends_with_the_text(*, fails: bool) -> None:
    ended = asyncio.Event()

    async def source() -> AsyncIterator[str]:
        yield "Hello "
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
            if fails:
                raise TextTooLong(limit_chars=5)

    text = PeekedText(source())
    await beginning(text, pause_s=0.001)
    for _ in range(2):
        await text.aclose()
    assert ended.is_set()
