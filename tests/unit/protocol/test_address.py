from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.servers.foreign_server import foreign_server
from wyoming_tts.protocol.address import Address

if TYPE_CHECKING:
    from pathlib import Path


async def reached(address: Address) -> None:
    _, writer = await address.open(limit=100)
    writer.close()
    await writer.wait_closed()


async def test_both_kinds_lead_there(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    async with foreign_server(path=path), foreign_server() as server:
        await reached(Address(path=path))
        port = int(server.uri.rpartition(":")[2])
        await reached(Address(host="127.0.0.1", port=port))
        await reached(Address(host="localhost", port=port))


async def test_the_reader_has_the_limit_that_was_wanted() -> None:
    async with foreign_server() as server:
        address = Address(host="127.0.0.1", port=int(server.uri.rpartition(":")[2]))
        reader, writer = await address.open(limit=100)
        writer.write(b'{"type": "describe"}\n')
        with pytest.raises(asyncio.LimitOverrunError):
            await reader.readuntil(b"}\n\n")
        writer.close()
