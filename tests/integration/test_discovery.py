"""The announcement as a real browser of the network sees it, on loopback."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from zeroconf import ServiceStateChange
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from tests.fakes.home_assistant import HomeAssistant
from tests.fakes.house import FakeHouse
from wyoming_tts.wire.discovery import SERVICE_TYPE, Announcement
from wyoming_tts.wire.instance_name import instance_name
from wyoming_tts.wire.server import WyomingServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from zeroconf import Zeroconf

LOOPBACK = ["127.0.0.1"]
WITHIN_S = 15.0


class Browser:
    """Knows which services are on the network now."""

    def __init__(self, zeroconf: AsyncZeroconf) -> None:
        self._zeroconf = zeroconf
        self._changes: asyncio.Queue[tuple[str, bool]] = asyncio.Queue()
        self._browser = AsyncServiceBrowser(zeroconf.zeroconf, SERVICE_TYPE, handlers=[self._on_change])

    def _on_change(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        del zeroconf, service_type
        self._changes.put_nowait((name, state_change is not ServiceStateChange.Removed))

    async def sees(self, name: str, *, there: bool) -> None:
        async with asyncio.timeout(WITHIN_S):
            while await self._changes.get() != (name, there):
                pass

    async def info(self, name: str) -> AsyncServiceInfo:
        info = await self._zeroconf.async_get_service_info(SERVICE_TYPE, name)
        assert info is not None
        return info

    async def aclose(self) -> None:
        await self._browser.async_cancel()


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with AsyncZeroconf(interfaces=LOOPBACK) as zeroconf:
        browser = Browser(zeroconf)
        yield browser
        await browser.aclose()


async def test_server_is_found_while_it_stands(browser: Browser, tmp_path: Path) -> None:
    house = FakeHouse()
    server = WyomingServer("tcp://127.0.0.1:0", lambda: house)
    await server.start()
    name = instance_name(tmp_path)
    announcement = Announcement(server.port or 0, "127.0.0.1", name, addresses=LOOPBACK)
    try:
        await announcement.start()
        assert announcement.standing
        await browser.sees(f"{name}.{SERVICE_TYPE}", there=True)
        info = await browser.info(f"{name}.{SERVICE_TYPE}")
        assert info.parsed_addresses() == LOOPBACK
        assert info.port == server.port
        assert (await HomeAssistant(info.parsed_addresses()[0], info.port or 0).describe()).tts
    finally:
        await announcement.aclose()
        await server.aclose()
    await browser.sees(f"{name}.{SERVICE_TYPE}", there=False)
    await announcement.aclose()


async def test_loopback_is_not_announced() -> None:
    announcement = Announcement(1, "127.0.0.1", "wyoming-tts-none")
    await announcement.start()
    assert not announcement.standing
    await announcement.aclose()


async def test_failure_is_not_fatal() -> None:
    """A name the protocol has no room for stands for everything that multicast DNS may refuse."""
    announcement = Announcement(1, "127.0.0.1", "x" * 70, addresses=LOOPBACK)
    await announcement.start()
    assert not announcement.standing
    await announcement.aclose()
