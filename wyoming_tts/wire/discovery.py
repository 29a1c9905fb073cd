"""Announces the server to the local network by multicast DNS, where Home Assistant finds it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from ipaddress import ip_address
from typing import TYPE_CHECKING

import structlog
from zeroconf import Error as ZeroconfError
from zeroconf import NonUniqueNameException
from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

from wyoming_tts.wire.addresses import announced_addresses, interface_addresses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from structlog.typing import FilteringBoundLogger

SERVICE_TYPE = "_wyoming._tcp.local."

GOODBYE_S = 3.0
"""How long withdrawing may take; zeroconf sends its goodbye three times within 0.4 s."""


class Announcement:
    """Stands from `start`, to be called once the server listens, to `aclose`. A failure is logged, never raised."""

    def __init__(
        self,
        port: int,
        host: str,
        instance_name: str,
        *,
        addresses: Sequence[str] | None = None,
        log: FilteringBoundLogger | None = None,
    ) -> None:
        """Announce `port` at the addresses that `host` stands for, or at exactly the `addresses` given."""
        self._port = port
        self._host = host
        self._instance_name = instance_name
        self._addresses = addresses
        self._log = log or structlog.get_logger("wyoming_tts.wire")
        self._zeroconf: AsyncZeroconf | None = None
        self._info: AsyncServiceInfo | None = None

    @property
    def standing(self) -> bool:
        """The server can be found."""
        return self._info is not None

    async def start(self) -> None:
        """Announce the server, unless nobody outside could reach it."""
        addresses = self._addresses
        if addresses is None:
            addresses = announced_addresses(self._host, interface_addresses())
        if not addresses:
            self._log.info("not announced, no address that others can reach", host=self._host)
            return
        try:
            await self._announce(list(addresses))
        except NonUniqueNameException:
            self._log.warning("not announced, another server has the same name", name=self._instance_name)
        except (OSError, ZeroconfError, RuntimeError) as error:
            self._log.warning("not announced, multicast DNS does not work here", error=type(error).__name__)
        if not self.standing:
            await self.aclose()

    async def aclose(self) -> None:
        """Withdraw; may be called twice."""
        zeroconf, self._zeroconf = self._zeroconf, None
        self._info = None
        if zeroconf is not None:
            with suppress(OSError, ZeroconfError, TimeoutError):
                async with asyncio.timeout(GOODBYE_S):
                    await zeroconf.async_close()

    async def _announce(self, addresses: list[str]) -> None:
        info = AsyncServiceInfo(
            SERVICE_TYPE,
            f"{self._instance_name}.{SERVICE_TYPE}",
            port=self._port,
            addresses=[ip_address(address).packed for address in addresses],
            server=f"{self._instance_name}.local.",
        )
        self._zeroconf = _zeroconf(addresses)
        # Never under another name: it is the identity by which Home Assistant knows this installation.
        broadcast = await self._zeroconf.async_register_service(info, allow_name_change=False)
        await broadcast
        self._info = info
        self._log.info("announced", name=self._instance_name, addresses=addresses, port=self._port)


def _zeroconf(addresses: list[str]) -> AsyncZeroconf:
    """Return multicast DNS on the interfaces of these addresses; on those of IPv4 where IPv6 has no multicast."""
    try:
        return AsyncZeroconf(interfaces=addresses)
    except (OSError, RuntimeError):
        ipv4 = [address for address in addresses if ip_address(address).version == 4]
        if not ipv4 or ipv4 == addresses:
            raise
        return AsyncZeroconf(interfaces=ipv4)
