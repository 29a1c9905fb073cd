"""The end of a connection's writing half, in every order it can come in."""

from __future__ import annotations

import asyncio
import socket

import pytest

from tests.fakes.clock import FakeClock
from wyoming_tts.wire.outlet import Outlet

MORE_THAN_THE_KERNEL_HOLDS = bytes(8 * 1024 * 1024)


async def outlet_and_reader() -> tuple[Outlet, asyncio.StreamReader, asyncio.StreamWriter]:
    near, far = socket.socketpair()
    _, writer = await asyncio.open_connection(sock=near)
    reader, far_writer = await asyncio.open_connection(sock=far)
    return Outlet(writer, write_timeout_s=30, clock=FakeClock()), reader, far_writer


async def test_abort_after_a_close_that_sent_the_rest() -> None:
    outlet, reader, far = await outlet_and_reader()
    writing = asyncio.ensure_future(outlet.write(MORE_THAN_THE_KERNEL_HOLDS))
    await asyncio.wait([writing], timeout=0.05)
    writing.cancel()
    received, _ = await asyncio.gather(reader.read(), outlet.close(10))
    assert received == MORE_THAN_THE_KERNEL_HOLDS
    outlet.abort()
    outlet.abort()
    far.close()
    await far.wait_closed()


async def test_abort_loses_what_a_stuck_peer_did_not_take() -> None:
    outlet, reader, far = await outlet_and_reader()
    writing = asyncio.ensure_future(outlet.write(MORE_THAN_THE_KERNEL_HOLDS))
    await asyncio.wait([writing], timeout=0.05)
    writing.cancel()
    await outlet.close(0.05)
    assert len(await reader.read()) < len(MORE_THAN_THE_KERNEL_HOLDS)
    far.close()
    await far.wait_closed()


@pytest.mark.parametrize("taken", [True, False])
async def test_it_is_quiet_once_all_is_taken(taken: bool) -> None:  # noqa: FBT001 - a case
    outlet, reader, far = await outlet_and_reader()
    writing = asyncio.ensure_future(outlet.write(MORE_THAN_THE_KERNEL_HOLDS))
    if taken:
        await reader.readexactly(len(MORE_THAN_THE_KERNEL_HOLDS))
        await writing
    else:
        await asyncio.wait([writing], timeout=0.05)
    assert (outlet.quiet_since is not None) is taken
    outlet.abort()
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    far.close()
    await far.wait_closed()
