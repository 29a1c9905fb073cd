"""A client that means harm: writes raw bytes from an address of its own, and notes what comes back."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wyoming.event import async_read_event

if TYPE_CHECKING:
    from collections.abc import Iterable

ATTACKER_ADDRESS = "127.0.0.2"


@dataclass(slots=True)
class Outcome:
    """What the server did about it."""

    events: list[str] = field(default_factory=list)
    code: str | None = None
    text: str | None = None
    closed: bool = False
    sent_bytes: int = 0


def line(**header: Any) -> bytes:
    return json.dumps(header).encode() + b"\n"


def synthesize(data: Any) -> bytes:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return line(type="synthesize", data_length=len(body)) + body


async def connect(host: str, port: int, **options: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection(host, port, local_addr=(ATTACKER_ADDRESS, 0), **options)


async def attack(host: str, port: int, pieces: Iterable[bytes], *, until: str = "audio-stop") -> Outcome:
    """Send all pieces, as far as the server takes them, while reading up to `until`, an `error` and the close."""
    outcome = Outcome()
    reader, writer = await connect(host, port)
    writing = asyncio.create_task(_write(writer, pieces, outcome))
    try:
        while (event := await async_read_event(reader)) is not None:
            outcome.events.append(event.type)
            if event.type == "error":
                outcome.code, outcome.text = event.data["code"], event.data["text"]
            if event.type == until:
                return outcome
        outcome.closed = True
    except OSError:
        outcome.closed = True
    finally:
        writing.cancel()
        await asyncio.gather(writing, return_exceptions=True)
        writer.transport.abort()
    return outcome


async def _write(writer: asyncio.StreamWriter, pieces: Iterable[bytes], outcome: Outcome) -> None:
    with suppress(OSError):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            outcome.sent_bytes += len(piece)


async def connect_deaf(host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Connect as one who will hardly read: the kernel holds next to nothing for it."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    sock.bind((ATTACKER_ADDRESS, 0))
    await asyncio.get_running_loop().sock_connect(sock, (host, port))
    return await asyncio.open_connection(sock=sock, limit=1024)
