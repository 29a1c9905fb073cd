"""Text on its way to the speaker: in order, bounded, with an end."""

from __future__ import annotations

import asyncio

import pytest

from wyoming_tts.errors import TextTooLong
from wyoming_tts.wire.text_feed import TextFeed


async def test_text_arrives_as_it_is_written() -> None:
    feed = TextFeed(100)
    feed.put("a")
    feed.put("b")
    assert await anext(feed) == "ab"
    waiting = asyncio.ensure_future(anext(feed))
    await asyncio.sleep(0)
    assert not waiting.done()
    feed.put("")
    feed.put("c")
    assert await waiting == "c"
    feed.put("d")
    feed.close()
    assert [piece async for piece in feed] == ["d"]
    await feed.ended()


async def test_closing_wakes_the_reader() -> None:
    feed = TextFeed(100)
    reading = asyncio.ensure_future(anext(feed, None))
    await asyncio.sleep(0)
    feed.close()
    assert await reading is None


def test_blank_text_is_no_text() -> None:
    feed = TextFeed(100)
    feed.put(" \n")
    assert not feed.has_text
    feed.put("a")
    feed.put(" ")
    assert feed.has_text


def test_text_is_bounded_also_when_it_was_read() -> None:
    feed = TextFeed(3)
    feed.put("abc")
    with pytest.raises(TextTooLong):
        feed.put("d")


@pytest.mark.parametrize("text", ["a", " ", None])
async def test_it_begins_with_the_first_text_or_with_the_end(text: str | None) -> None:
    feed = TextFeed(100)
    feed.put("")
    beginning = asyncio.ensure_future(feed.begun())
    await asyncio.sleep(0)
    assert not beginning.done()
    if text is None:
        feed.close()
    else:
        feed.put(text)
    async with asyncio.timeout(5):
        await beginning
