"""Servers of ours that have each other for engines: an answer or a clean error, and never round in circles."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from wyoming.client import AsyncTcpClient

from tests.fakes.neighbour import RATE, neighbours
from tests.fakes.word_adapter import WORD_FRAMES
from tests.fakes.wyoming_client import Heard, say

if TYPE_CHECKING:
    from tests.fakes.neighbour import Neighbour

TEXT = "Four words, no more."
TEXT_S = 4 * WORD_FRAMES / RATE
ROUNDS = 5
MOST_TRIES = 6
"""Of one link in one answer: retried, and tried again with the others when all have failed."""


async def ask(one: Neighbour, voice: str | None = None, text: str = TEXT) -> Heard:
    async with AsyncTcpClient("127.0.0.1", one.server.port or 0) as client:
        return await say(client, text, voice)


async def look(*street: Neighbour) -> None:
    """Have each ask the others for their voices."""
    for one in street:
        for adapter in one.adapters:
            await adapter.probe()


def said_whole(heard: Heard) -> bool:
    return heard.whole and heard.seconds == pytest.approx(TEXT_S, abs=0.01)


async def test_each_other_s_only_fallback_give_an_answer_and_their_lists_do_not_grow() -> None:
    async with neighbours("a", "b") as (one, other):
        one.asks(other)
        other.asks(one)
        await look(one)
        assert one.voices == ["b/own/v"]
        for _ in range(ROUNDS):
            with pytest.raises(Exception, match="it has no voices"):
                await look(other)  # they are its own
            await look(one)
            assert (one.voices, other.voices) == (["b/own/v"], ["own/v"])
        assert said_whole(await ask(one))
        assert (one.requests, other.requests) == (1, 1)
        assert said_whole(await ask(other))
        assert (one.requests, other.requests) == (1, 2)


async def test_where_each_has_a_voice_of_its_own_the_lists_do_not_grow_either() -> None:
    async with neighbours("a", "b", listed=True) as (one, other):
        one.asks(other)
        other.asks(one)
        for _ in range(ROUNDS):
            await look(one, other)
            assert (one.voices, other.voices) == (["b/own/v", "own/v"], ["a/own/v", "own/v"])


async def test_where_all_engines_fail_there_is_one_clean_error() -> None:
    async with neighbours("a", "b", mute="ab", listed=True) as (one, other):
        one.asks(other)
        other.asks(one)
        await look(one, other)
        heard = await ask(one, "own/v")
        assert heard.events == ["error"]
        assert heard.error is not None
        assert heard.error.code == "all-providers-failed"
        assert one.requests == 1, "nobody came back"
        assert 1 <= other.requests <= MOST_TRIES


async def test_the_other_s_engine_answers_where_the_own_one_fails() -> None:
    async with neighbours("a", "b", mute="a", listed=True) as (one, other):
        one.asks(other)
        other.asks(one)
        await look(one, other)
        assert said_whole(await ask(one, "own/v"))
        assert (one.requests, other.requests) == (1, 1)


async def test_a_ring_of_three_ends_where_it_began() -> None:
    async with neighbours("a", "b", "c", mute="abc", listed=True) as (one, two, three):
        one.asks(two)
        two.asks(three)
        three.asks(one)
        await look(one, two, three)
        heard = await ask(one, "own/v")
        assert heard.events == ["error"]
        assert one.requests == 1
        assert 1 <= two.requests <= MOST_TRIES
        assert 1 <= three.requests <= MOST_TRIES**2


async def test_a_restart_that_nobody_has_noticed_makes_no_circle() -> None:
    """The other takes the request back to one it knows by its old name, which speaks itself or not at all."""
    async with neighbours("a", "b", mute="ab", listed=True) as (one, other):
        other.asks(one)
        await look(other)
        one.restarted()
        one.asks(other)
        await look(one)
        async with asyncio.timeout(20):
            heard = await ask(one, "own/v")
        assert heard.events == ["error"]
        assert one.requests <= 1 + MOST_TRIES**2, "the client's, and those that came back once"
        assert other.requests <= MOST_TRIES


async def test_a_request_goes_a_few_servers_far_and_no_farther() -> None:
    async with neighbours("a", "b", "c", "d", "e", "f", mute="abcde", listed=True) as street:
        for one, following in pairwise(street):
            one.asks(following)
        await look(*street)
        assert said_whole(await ask(street[1], "own/v")), "four servers on"
        heard = await ask(street[0], "own/v")
        assert heard.events == ["error"]
        assert heard.error is not None
        assert heard.error.code == "all-providers-failed"
