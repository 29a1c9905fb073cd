"""Events survive the way there and back, and nothing a peer sends passes the bounds."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wyoming.event import Event, async_read_event

from wyoming_tts.protocol.framing import (
    MAX_JSON_DEPTH,
    EventTooLarge,
    FrameError,
    FrameLimits,
    PeerGone,
    encode_event,
    encode_raw,
    read_event,
)

SMALL = FrameLimits(header_bytes=256, data_bytes=512, payload_bytes=512, body_s=5.0)

BAD = {
    "bad JSON": b"{nothing\n",
    "empty line": b"\n",
    "list": b"[]\n",
    "number": b"5\n",
    "no type": b"{}\n",
    "type is null": b'{"type": null}\n',
    "not UTF-8": b'{"type": "\xff"}\n',
    "data is a list": b'{"type": "a", "data": [1]}\n',
    "data_length is a text": b'{"type": "a", "data_length": "1"}\n',
    "data_length is true": b'{"type": "a", "data_length": true}\n',
    "data_length is a fraction": b'{"type": "a", "data_length": 1.5}\n',
    "data_length is NaN": b'{"type": "a", "data_length": NaN}\n',
    "payload_length is negative": b'{"type": "a", "payload_length": -1}\n',
    "data is no object": b'{"type": "a", "data_length": 2}\n[]',
    "data is bad JSON": b'{"type": "a", "data_length": 1}\n{',
    "number of 5,000 digits": b'{"type": "a", "data": {"b": ' + b"9" * 5000 + b"}}\n",
}
TOO_LARGE = {
    "header": b'{"type": "' + b"a" * 1000 + b'"}\n',
    "header without end": b"a" * 1000,
    "data": b'{"type": "a", "data_length": 513}\n',
    "payload": b'{"type": "a", "payload_length": 2000000000}\n',
}
CUT = {
    "in the header": b'{"type": ',
    "before the data": b'{"type": "a", "data_length": 10}\n',
    "in the data": b'{"type": "a", "data_length": 10}\n{"a"',
    "in the payload": b'{"type": "a", "payload_length": 10}\n1234',
}


async def read(raw: bytes, limits: FrameLimits = SMALL) -> Event | None:
    reader = asyncio.StreamReader(limit=limits.header_bytes)
    reader.feed_data(raw)
    reader.feed_eof()
    return await read_event(reader, limits)


@given(
    type_=st.text(max_size=20),
    data=st.dictionaries(st.text(max_size=5), st.recursive(st.none() | st.text(max_size=5), st.lists), max_size=3),
    payload=st.none() | st.binary(min_size=1, max_size=100),
)
async def test_event_survives_the_way(type_: str, data: dict[str, object], payload: bytes | None) -> None:
    """Also through the library's own reader, which is what Home Assistant uses."""
    event = Event(type_, data, payload)
    raw = encode_event(event)
    assert await read(raw, FrameLimits()) == event
    reader = asyncio.StreamReader()
    reader.feed_data(raw)
    assert await async_read_event(reader) == event


async def test_data_of_header_and_body_are_merged() -> None:
    event = await read(b'{"type": "a", "data": {"b": 1, "c": 1}, "data_length": 8}\n{"c": 2}')
    assert event == Event("a", {"b": 1, "c": 2})


async def test_clean_end_is_none() -> None:
    assert await read(b"") is None


@pytest.mark.parametrize("raw", [pytest.param(raw, id=name) for name, raw in BAD.items()])
async def test_what_is_no_event_is_refused(raw: bytes) -> None:
    with pytest.raises(FrameError):
        await read(raw, replace(SMALL, header_bytes=8192))


@pytest.mark.parametrize("raw", [pytest.param(raw, id=name) for name, raw in TOO_LARGE.items()])
async def test_too_much_is_refused_before_it_is_held(raw: bytes) -> None:
    with pytest.raises(EventTooLarge):
        await read(raw)


@pytest.mark.parametrize("raw", [pytest.param(raw, id=name) for name, raw in CUT.items()])
async def test_end_in_the_middle_is_told_apart(raw: bytes) -> None:
    with pytest.raises(PeerGone):
        await read(raw)


async def test_body_that_does_not_come_is_a_failure() -> None:
    reader = asyncio.StreamReader(limit=256)
    reader.feed_data(b'{"type": "a", "data_length": 10}\n')
    with pytest.raises(FrameError, match="in time"):
        await read_event(reader, replace(SMALL, body_s=0.02))


def nested(levels: int) -> bytes:
    """An event whose JSON has that many levels, counting the event itself."""
    return b'{"type": "a", "data": ' + b'{"a":' * (levels - 2) + b"{}" + b"}" * (levels - 2) + b"}\n"


async def test_nesting_is_bounded_exactly() -> None:
    limits = FrameLimits()
    assert await read(nested(MAX_JSON_DEPTH), limits) is not None
    for levels in (MAX_JSON_DEPTH + 1, 2 * MAX_JSON_DEPTH, 5000):
        with pytest.raises(FrameError):
            await read(nested(levels), limits)


async def test_brackets_in_a_text_do_not_count() -> None:
    text = '[{"\\' * 500
    event = await read(json.dumps({"type": "a", "data": {"text": text}}).encode() + b"\n", FrameLimits())
    assert event == Event("a", {"text": text})


async def test_many_lists_side_by_side_are_no_nesting() -> None:
    assert await read(json.dumps({"type": "a", "data": {"b": [[]] * 5000}}).encode() + b"\n", FrameLimits())


@pytest.mark.parametrize("unit", [b"[", b'"', b"\\", b'["",', b'"\\"', b"[]", b"{[]}"])
async def test_hostile_megabyte_costs_little_time(unit: bytes) -> None:
    """Ten times what it takes; a pattern that backtracks would take minutes."""
    body = (unit * (1024 * 1024 // len(unit))).ljust(1024 * 1024)
    began = time.monotonic()
    with pytest.raises(FrameError):
        await read(b'{"type": "a", "data_length": %d}\n%b' % (len(body), body), FrameLimits())
    assert time.monotonic() - began < 1.0


async def test_payload_can_be_skipped() -> None:
    reader = asyncio.StreamReader(limit=256)
    reader.feed_data(b'{"type": "a", "payload_length": 400}\n' + bytes(400) + b'{"type": "b"}\n')
    limits = replace(SMALL, keep_payload=False)
    assert await read_event(reader, limits) == Event("a")
    assert await read_event(reader, limits) == Event("b")


@pytest.mark.parametrize(
    "end", [b'"' + b'\\"' * 180_000, b'"' + b'\\"' * 180_000 + b"\\", b'"' + b'\\"' * 180_000 + b"\n"]
)
async def test_string_without_an_end_costs_little_time(end: bytes) -> None:
    """Ten times what it takes; looking for the end again from each quote would take a minute."""
    body = b'{"a":' + b"[" * MAX_JSON_DEPTH + end
    began = time.monotonic()
    with pytest.raises(FrameError):
        await read(b'{"type": "a", "data_length": %d}\n%b' % (len(body), body), FrameLimits())
    assert time.monotonic() - began < 0.1


async def test_data_encoded_before_is_the_same_event() -> None:
    event = Event("info", {"tts": ["a"]})
    assert encode_raw("info", json.dumps(event.data).encode()) == encode_event(event)
    assert await read(encode_raw("info", b'{"tts": ["a"]}'), FrameLimits()) == event
