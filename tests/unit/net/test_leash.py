from __future__ import annotations

import asyncio

import pytest

from wyoming_tts.errors import ProviderUnavailable
from wyoming_tts.net.leash import Leash


async def wait_for_ever(leash: Leash, entered: asyncio.Event) -> None:
    async with leash.waiting():
        entered.set()
        await asyncio.Event().wait()


async def test_what_is_awaited_is_broken_off_at_once_and_nothing_begins_again() -> None:
    leash, entered = Leash("cloud"), asyncio.Event()
    waiting = asyncio.create_task(wait_for_ever(leash, entered))
    await entered.wait()
    await leash.break_off()
    await leash.break_off()
    with pytest.raises(ProviderUnavailable):
        await waiting
    with pytest.raises(ProviderUnavailable):
        await wait_for_ever(leash, entered)


async def test_a_limit_of_time_is_no_end_of_the_client() -> None:
    leash = Leash("cloud")
    with pytest.raises(TimeoutError):
        async with leash.waiting(0.0):
            await asyncio.Event().wait()
    async with leash.waiting():
        pass


async def test_a_cancel_stays_one() -> None:
    leash, entered = Leash("cloud"), asyncio.Event()
    waiting = asyncio.create_task(wait_for_ever(leash, entered))
    await entered.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
