"""What a TCP connection is set to when it is handed over."""

from __future__ import annotations

import asyncio
import socket
import sys

import pytest

from wyoming_tts.wire.peer import KERNEL_BUFFER_BYTES, Peer
from wyoming_tts.wire.tcp_listener import TcpListener


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels double or inherit in their own ways")
async def test_a_client_that_lost_power_is_noticed_and_the_kernel_holds_little() -> None:
    accepted: asyncio.Queue[Peer] = asyncio.Queue()
    listener = TcpListener("127.0.0.1", 0, header_bytes=1024)
    await listener.open(accepted.put_nowait)
    _, writer = await asyncio.open_connection(listener.host, listener.port)
    peer = await accepted.get()
    sock = peer.writer.get_extra_info("socket")
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF) == 2 * KERNEL_BUFFER_BYTES  # Linux counts overhead
    for end in (writer, peer.writer):
        end.close()
        await end.wait_closed()
    await listener.aclose()
