"""Wyoming events over a byte stream, with a bound on everything a peer can send.

Format: one JSON header line `{"type", "version", "data_length"?, "payload_length"?}`, then that many bytes of JSON
data, then that many bytes of payload; `data` may also stand in the header and is merged.
Source: github.com/OHF-Voice/wyoming, README "Format". The library's own reader has no bounds.
"""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import dataclass
from typing import Any

from wyoming.event import Event

from wyoming_tts.errors import TtsError

PROTOCOL_VERSION = "1.10.2"
"""The version of the `wyoming` package whose events we speak; peers only log it."""

MAX_JSON_DEPTH = 32
"""Nested lists and objects in a header or its data; real events need 5 (info: programs, voices, speakers)."""


SKIPPED_AT_ONCE_BYTES = 32 * 1024

BEGINNING_BYTES = 2048

JSON_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
"""Matches from every quote on, if need be to the end: failing there, it would be tried again from the next quote."""

BRACES_TO_BRACKETS = bytes.maketrans(b"{}", b"[]")
NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


@dataclass(frozen=True, slots=True)
class FrameLimits:
    """Bytes and seconds a peer may take for one event."""

    header_bytes: int = 64 * 1024
    data_bytes: int = 1024 * 1024
    payload_bytes: int = 1024 * 1024
    body_s: float | None = 10.0
    """From the end of the header to the end of the event; None for no limit."""
    keep_payload: bool = True
    """False reads payloads without holding them, for one who has no use for any."""


class FrameError(TtsError):
    """The peer sent something that is not a Wyoming event within the limits."""

    code = "bad-event"
    http_status = 400


class EventTooLarge(FrameError):
    """The peer announced, or sent, more than one event may hold."""

    code = "event-too-large"
    http_status = 413


class PeerGone(TtsError):
    """The peer closed the connection in the middle of an event."""

    code = "peer-gone"


async def read_event(reader: asyncio.StreamReader, limits: FrameLimits) -> Event | None:
    """Return the next event, or None at a clean end of file.

    The reader's own `limit` must be `limits.header_bytes`. Raises FrameError, PeerGone, ConnectionError.
    """
    header = await _read_header(reader, limits)
    if header is None:
        return None
    type_ = header.get("type")
    if not isinstance(type_, str):
        raise FrameError("The event has no `type`.")
    data_length = _length(header, "data_length", limits.data_bytes)
    payload_length = _length(header, "payload_length", limits.payload_bytes)
    data = header.get("data") or {}
    if not isinstance(data, dict):
        raise FrameError("`data` is not an object.")
    try:
        async with asyncio.timeout(limits.body_s):
            if data_length:
                data = data | _parse(await reader.readexactly(data_length))
            payload = await _read_payload(reader, payload_length, keep=limits.keep_payload)
    except TimeoutError as error:
        raise FrameError("The event's body did not arrive in time.") from error
    except asyncio.IncompleteReadError as error:
        raise PeerGone("The connection ended in the middle of an event.") from error
    return Event(type_, data, payload)


async def _read_header(reader: asyncio.StreamReader, limits: FrameLimits) -> dict[str, Any] | None:
    try:
        line = await reader.readuntil(b"\n")
    except asyncio.IncompleteReadError as error:
        if error.partial.strip():
            raise PeerGone("The connection ended in the middle of an event.") from error
        return None
    except asyncio.LimitOverrunError as error:
        raise EventTooLarge(f"The header line is longer than {limits.header_bytes} bytes.") from error
    return _parse(line)


async def _read_payload(reader: asyncio.StreamReader, length: int, *, keep: bool) -> bytes | None:
    if not length:
        return None
    if keep:
        return await reader.readexactly(length)
    while length:
        length -= len(await reader.readexactly(min(length, SKIPPED_AT_ONCE_BYTES)))
    return None


def _parse(raw: bytes) -> dict[str, Any]:
    if raw.count(b"{") + raw.count(b"[") > MAX_JSON_DEPTH:
        _check_depth(raw)
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise FrameError("The event is not valid JSON.") from error
    if not isinstance(value, dict):
        raise FrameError("The event is not a JSON object.")
    return value


def _check_depth(raw: bytes) -> None:
    """Raise FrameError where the nesting outside strings passes the limit.

    Works on all bytes at once, since a loop over a megabyte would hold up everybody: each round takes away the
    innermost pairs, so what is left after the last round was nested deeper, or never matched.
    """
    beginning = _brackets(raw[:BEGINNING_BYTES])
    if beginning.count(b"[") - beginning.count(b"]") > MAX_JSON_DEPTH:  # an attack shows at once, and costs little
        raise FrameError(f"The event's JSON is nested deeper than {MAX_JSON_DEPTH} levels.")
    brackets = _brackets(raw)
    for _ in range(MAX_JSON_DEPTH):
        brackets = brackets.replace(b"[]", b"")
    if brackets:
        raise FrameError(f"The event's JSON is not closed within {MAX_JSON_DEPTH} levels.")


def _brackets(raw: bytes) -> bytes:
    """Return all brackets and braces outside strings, as `[` and `]`."""
    return JSON_STRING.sub(b"", raw).translate(BRACES_TO_BRACKETS, NOT_BRACKETS)


def _length(header: dict[str, Any], key: str, limit: int) -> int:
    value = header.get(key)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise FrameError(f"`{key}` is not a whole number of bytes.")
    if value > limit:
        raise EventTooLarge(f"`{key}` is over the limit of {limit} bytes.")
    return value


def encode_event(event: Event) -> bytes:
    """Return the whole event as bytes for the socket."""
    return b"".join(frames(event))


def encode_raw(type_: str, data: bytes) -> bytes:
    """Return an event whose data has been encoded as JSON already."""
    header = {"type": type_, "version": PROTOCOL_VERSION, "data_length": len(data)}
    return json.dumps(header).encode() + b"\n" + data


def frames(event: Event) -> list[bytes]:
    """Return the event as buffers in sending order, without copying its payload."""
    header: dict[str, Any] = {"type": event.type, "version": PROTOCOL_VERSION}
    data = json.dumps(event.data).encode() if event.data else b""
    if data:
        header["data_length"] = len(data)
    if event.payload:
        header["payload_length"] = len(event.payload)
    line = json.dumps(header).encode() + b"\n"
    return [part for part in (line, data, event.payload) if part]
