"""The order of events decides what they mean."""

from __future__ import annotations

import asyncio
from itertools import count

import pytest
from wyoming.event import Event

from wyoming_tts.errors import BadRequest, OverloadedError, TextTooLong, TtsError
from wyoming_tts.speech.prosody import NATURAL, Prosody
from wyoming_tts.wire.limits import WireLimits
from wyoming_tts.wire.session import Session

LIMITS = WireLimits(text_chars=20, max_waiting=3)
START = Event("synthesize-start")
STOP = Event("synthesize-stop")


def whole(text: object, **data: object) -> Event:
    return Event("synthesize", {"text": text, **data})


def chunk(text: object) -> Event:
    return Event("synthesize-chunk", {"text": text})


@pytest.fixture
def session() -> Session:
    return Session(LIMITS, client="192.0.2.1", new_id=map(str, count(1)).__next__)


def accept(session: Session, *events: Event) -> None:
    for event in events:
        session.accept(event)


async def texts(session: Session) -> list[str]:
    """Return the texts of all complete requests."""
    session.end()
    found = []
    while (pending := await session.next()) is not None:
        found.append("".join([piece async for piece in pending.feed]))
        session.done()
    return found


async def test_requests_come_out_in_order(session: Session) -> None:
    accept(session, whole("a"), START, chunk("b"), chunk("c"), STOP, whole("d"))
    assert await texts(session) == ["a", "bc", "d"]


async def test_request_says_who_asks_for_what(session: Session) -> None:
    accept(session, whole("a", voice={"name": "n", "speaker": "s", "language": "de"}, text_format="ssml"), START)
    first, second = await session.next(), await session.next()
    assert first is not None
    assert second is not None
    request = first.request
    assert (request.voice, request.speaker, request.language, request.ssml) == ("n", "s", "de", True)
    assert (request.id, request.client, request.streamed) == ("1", "192.0.2.1", False)
    assert (request.prosody, request.via) == (NATURAL, ())
    assert (second.request.id, second.request.streamed, second.request.ssml) == ("2", True, False)


async def test_both_kinds_of_request_say_through_whom_they_came_and_how_they_are_to_be_said(session: Session) -> None:
    ours = {"tts.via": ["first"], "tts.prosody": {"speed": 1.5}}
    accept(session, whole("a", **ours), Event("synthesize-start", dict(ours)), STOP)
    for _ in range(2):
        pending = await session.next()
        assert pending is not None
        assert (pending.request.via, pending.request.prosody) == (("first",), Prosody(1.5))


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([chunk("a b"), whole("a b")], "a b"),
        ([whole("a b")], "a b"),
        ([chunk(" "), chunk(""), whole("a b")], " a b"),
        ([chunk("a"), whole("not even a text")], "a"),
        ([chunk("a"), whole(5)], "a"),
        ([], ""),
    ],
)
async def test_whole_text_within_a_stream_counts_only_where_none_came(
    session: Session, events: list[Event], said: str
) -> None:
    accept(session, START, *events, STOP)
    assert await texts(session) == [said]


@pytest.mark.parametrize(
    ("events", "error"),
    [
        ([chunk("a")], BadRequest),
        ([STOP], BadRequest),
        ([START, START], BadRequest),
        ([START, STOP, STOP], BadRequest),
        ([START, chunk(5)], BadRequest),
        ([whole(5)], BadRequest),
        ([whole("a", voice=5)], BadRequest),
        ([Event("synthesize-start", {"voice": 5})], BadRequest),
        ([whole("a" * 21)], TextTooLong),
        ([START, chunk("a" * 20), chunk("b")], TextTooLong),
        ([whole("a" * 15), whole("b" * 15)], TextTooLong),
        ([whole("a" * 15), START, chunk("b" * 15)], TextTooLong),
        ([whole("")] * 4, OverloadedError),
    ],
)
def test_what_is_out_of_place_is_refused(session: Session, events: list[Event], error: type[TtsError]) -> None:
    accept(session, *events[:-1])
    with pytest.raises(error):
        session.accept(events[-1])


async def test_refused_request_is_not_queued(session: Session) -> None:
    for bad in (whole(5), whole("a" * 21), whole("a", voice=5), Event("synthesize-start", {"voice": 5})):
        with pytest.raises(TtsError):
            session.accept(bad)
    assert not session.busy
    assert not session.in_stream
    assert await texts(session) == []


async def test_text_that_was_begun_no_longer_waits(session: Session) -> None:
    accept(session, whole("a" * 15))
    assert await session.next()
    accept(session, whole("b" * 15))


async def test_busy_from_the_first_event_to_the_end_of_the_answer(session: Session) -> None:
    assert not session.busy
    accept(session, START)
    assert session.busy
    assert session.in_stream
    assert await session.next()
    accept(session, STOP)
    assert session.busy
    assert not session.in_stream
    session.done()
    assert not session.busy


async def test_after_the_end_nothing_new_but_an_open_stream_goes_on(session: Session) -> None:
    accept(session, START, chunk("a"))
    session.end()
    accept(session, chunk("b"), STOP)
    for new in (START, whole("c")):
        with pytest.raises(OverloadedError):
            session.accept(new)
    assert await texts(session) == ["ab"]


async def test_waiting_ends_with_a_request(session: Session) -> None:
    waiting = asyncio.ensure_future(session.next())
    await asyncio.sleep(0)
    assert not waiting.done()
    accept(session, whole("a"))
    assert await waiting is not None


async def test_waiting_ends_with_the_end(session: Session) -> None:
    waiting = asyncio.ensure_future(session.next())
    await asyncio.sleep(0)
    session.end()
    assert await waiting is None


def test_unknown_events_mean_nothing(session: Session) -> None:
    accept(session, Event("select-program", {"name": 5}), Event("transcribe"), Event(""))
    assert not session.busy
