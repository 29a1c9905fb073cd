"""Guessing the language of a text, with the real library."""

from __future__ import annotations

import asyncio
import sys
import threading
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from tests.fakes.house_parts import request, tokens
from wyoming_tts.errors import ConfigError
from wyoming_tts.settings.model import TextSettings
from wyoming_tts.synthesis.routing.detected_language import Identifier, NgramDetector, detector, with_detected_language

if TYPE_CHECKING:
    from collections.abc import Collection

    from wyoming_tts.speech.request import SpeechRequest

HOUSE = ("de", "en", "fr", "nb", "nl")

GERMAN = "Ich habe das Licht in der Küche ausgeschaltet."


@pytest.fixture(scope="module")
def real() -> NgramDetector:
    return NgramDetector(patience_s=20)  # a busy machine loads slowly


@dataclass
class Parrot:
    """Says the same of every text."""

    language: str | None = None
    heard: list[str] = field(default_factory=list)

    async def detect(self, text: str, among: Collection[str]) -> str | None:
        self.heard.append(text)
        return self.language if self.language in among else None

    async def warm(self) -> None:
        pass


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GERMAN, "de"),
        ("I turned off the lights in the kitchen.", "en"),
        ("J'ai éteint les lumières de la cuisine.", "fr"),
        ("Ytterdøren er fortsatt åpen, og det blir regn i morgen ettermiddag.", "nb"),
        ("He apagado las luces de la cocina.", None),  # surely Spanish, which this house lacks
        ("Guten Tag!", None),
        ("1234567890 1234567890 1234567890", None),
        ("Lichtenstein Washington Barcelona", None),
        ("", None),
    ],
)
async def test_a_language_is_named_where_it_is_sure_and_one_of_the_house(
    real: NgramDetector, text: str, expected: str | None
) -> None:
    async with asyncio.timeout(20):
        await real.warm()
        assert await real.detect(text, HOUSE) == expected


async def test_many_guesses_at_once_are_all_right(real: NgramDetector) -> None:
    await real.warm()
    guesses = await asyncio.gather(*(real.detect(GERMAN, HOUSE) for _ in range(50)))
    assert guesses == ["de"] * 50


async def test_a_library_that_is_not_there_is_said_once_and_asked_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "py3langid.langid", None)
    broken = NgramDetector(patience_s=20)
    with capture_logs() as logs:
        await broken.warm()
        assert await broken.detect(GERMAN, HOUSE) is None
    assert [(line["event"], line["error"]) for line in logs] == [("language not detected", "ModuleNotFoundError")]


async def test_a_text_that_the_library_stumbles_over_is_spoken_and_the_next_one_is_guessed() -> None:
    class Stumbling:
        texts = 0

        def rank(self, _: str) -> list[tuple[str, float]]:
            self.texts += 1
            if self.texts == 1:
                raise ZeroDivisionError
            return [("de", 0.9), ("en", 0.1)]

    detector_ = NgramDetector(Stumbling, patience_s=20)
    assert [await detector_.detect(GERMAN, HOUSE) for _ in range(2)] == [None, "de"]


async def test_a_library_that_takes_long_is_not_waited_for() -> None:
    class Silent:
        def rank(self, _: str) -> list[tuple[str, float]]:
            return []

    loading, loaded = threading.Event(), threading.Event()

    def load() -> Identifier:
        loading.set()
        loaded.wait(10)
        return Silent()

    slow = NgramDetector(load, patience_s=0.2, turn_s=0.01)
    with capture_logs() as logs:
        first = asyncio.create_task(slow.detect(GERMAN, HOUSE))
        await asyncio.to_thread(loading.wait, 10)
        assert await slow.detect(GERMAN, HOUSE) is None
        assert await first is None
    loaded.set()
    assert [line["event"] for line in logs] == ["language not detected in time"]


def test_nothing_is_detected_unless_the_owner_wants_it() -> None:
    assert detector(TextSettings()) is None
    assert isinstance(detector(TextSettings(detect_language=True)), NgramDetector)


def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "py3langid", None)
    with pytest.raises(ConfigError, match=r"wyoming-tts\[languages\]"):
        detector(TextSettings(detect_language=True))


async def understood(asked: SpeechRequest, parrot: Parrot, main: str = "en-GB") -> tuple[str | None, str]:
    async with (
        asyncio.timeout(5),
        with_detected_language(asked, parrot, main=main, among=("de", "en", "no")) as request_,
    ):
        return request_.language, "".join([piece async for piece in request_.texts])


async def test_the_request_gets_the_language_and_keeps_its_text() -> None:
    assert await understood(request(tokens("Das ", "Licht.")), Parrot("de")) == ("de", "Das Licht.")


@pytest.mark.parametrize(("found", "main"), [(None, "en"), ("en", "en-GB"), ("no", "nb-NO"), ("fr", "en")])
async def test_the_voice_s_own_language_needs_no_name(found: str | None, main: str) -> None:
    assert await understood(request("Hello."), Parrot(found), main) == (None, "Hello.")


async def test_a_language_that_the_client_names_stays() -> None:
    parrot = Parrot("de")
    assert await understood(replace(request("Bonjour."), language="fr"), parrot) == ("fr", "Bonjour.")
    assert parrot.heard == []


async def test_markup_is_no_language() -> None:
    parrot = Parrot()
    await understood(replace(request("<speak>Das <break time='1s'/>Licht</speak> <p"), ssml=True), parrot)
    assert parrot.heard == [" Das  Licht   "]


async def test_only_a_text_stream_pauses() -> None:
    feed: asyncio.Queue[str] = asyncio.Queue()

    class Slow:
        def __aiter__(self) -> Slow:
            return self

        async def __anext__(self) -> str:
            return await feed.get()

    feed.put_nowait("Das ")
    parrot = Parrot("de")
    streamed = replace(request(Slow()), streamed=True)
    async with (
        asyncio.timeout(5),
        with_detected_language(streamed, parrot, main="en", among=("de",), pause_s=0.001) as asked,
    ):
        texts = aiter(asked.texts)
        assert await anext(texts) == "Das "
        feed.put_nowait("Licht.")
        assert await anext(texts) == "Licht."
    assert parrot.heard == ["Das "]
    with pytest.raises(TimeoutError):
        async with (
            asyncio.timeout(0.05),
            with_detected_language(replace(streamed, streamed=False), parrot, main="en", among=("de",), pause_s=0.001),
        ):
            pass
