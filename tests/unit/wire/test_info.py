"""The list of voices is encoded when it has changed, beside the loop, and never becomes empty."""

from __future__ import annotations

import asyncio
import json
import threading
import warnings
from typing import TYPE_CHECKING

from wyoming.event import Event

from tests.fakes.house import VOICES
from wyoming_tts.synthesis.routing.catalog import Advertised
from wyoming_tts.wire.info import InfoEvent, Origin

with warnings.catch_warnings():
    # Up to Python 3.12 the library's audio module imports `audioop`, which warns of its end.
    warnings.simplefilter("ignore", DeprecationWarning)
    from wyoming.info import Info

if TYPE_CHECKING:
    from collections.abc import Iterator


class SlowList(tuple[Advertised, ...]):
    """Can be encoded only once `opened`; counts how often that was begun."""

    __slots__ = ()
    opened = threading.Event()
    begun = 0

    def __iter__(self) -> Iterator[Advertised]:
        type(self).begun += 1
        assert self.opened.wait(30)
        return super().__iter__()


async def test_same_list_is_encoded_once() -> None:
    info = InfoEvent()
    first = await info.encoded(VOICES)
    assert first is not None
    assert await info.encoded(VOICES) is first
    assert await info.encoded((*VOICES,)) == first
    assert await info.encoded(VOICES[:1]) != first


async def test_empty_list_never_replaces_a_good_one() -> None:
    info = InfoEvent()
    assert await info.encoded(()) is None
    good = await info.encoded(VOICES)
    assert await info.encoded(()) is good


async def test_it_is_one_json_object_of_the_announced_length() -> None:
    encoded = await InfoEvent().encoded(VOICES)
    assert encoded is not None
    header, _, data = encoded.partition(b"\n")
    assert json.loads(header)["data_length"] == len(data)
    assert [voice["name"] for voice in json.loads(data)["tts"][0]["voices"]] == [voice.name for voice in VOICES]


async def test_it_says_who_it_is_and_whose_voices_it_relays_and_is_made_anew_when_that_changes() -> None:
    info = InfoEvent()
    first = await info.encoded(VOICES, Origin("me"))
    assert await info.encoded(VOICES, Origin("me")) is first
    again = await info.encoded(VOICES, Origin("me", ("there",)))
    assert again is not None
    data = json.loads(again.partition(b"\n")[2])
    assert (data["tts.instance"], data["tts.relayed"]) == ("me", ["there"])


async def test_a_voice_carries_what_wyoming_s_own_list_has_no_room_for() -> None:
    encoded = await InfoEvent().encoded((Advertised("a/b", "", ("en",), gender="female", quality=3),))
    assert encoded is not None
    event = Event("info", json.loads(encoded.partition(b"\n")[2]))
    assert event.data["tts"][0]["voices"][0].items() >= {"tts.gender": "female", "tts.quality": 3}.items()
    assert Info.from_event(event).tts[0].voices[0].name == "a/b", "the library's own classes pass over the rest"


async def test_old_list_is_the_answer_until_the_new_one_is_ready_and_is_encoded_once_at_a_time() -> None:
    class List(SlowList):
        __slots__ = ()
        opened = threading.Event()
        begun = 0

    info = InfoEvent()
    old = await info.encoded(VOICES[:1])
    slow = List(VOICES)
    try:
        async with asyncio.timeout(10):
            answers = await asyncio.gather(info.encoded(slow), info.encoded(List(VOICES[:2])))
        assert set(answers) == {old}
    finally:
        List.opened.set()
    await info.aclose()
    assert List.begun == 1
    new = await info.encoded(slow)
    assert new == await InfoEvent().encoded(VOICES)
    await info.aclose()


async def test_first_list_is_waited_for_while_the_loop_goes_on() -> None:
    class List(SlowList):
        __slots__ = ()
        opened = threading.Event()
        begun = 0

    info = InfoEvent()
    asking = asyncio.ensure_future(info.encoded(List(VOICES)))
    done, _ = await asyncio.wait([asking], timeout=0.5)
    assert not done
    List.opened.set()
    assert await asking == await InfoEvent().encoded(VOICES)
