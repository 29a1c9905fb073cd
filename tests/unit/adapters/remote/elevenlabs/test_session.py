"""One websocket for one answer."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, cast

import pytest

from tests.fakes.clock import FakeClock, settle
from tests.fakes.elevenlabs_cloud import Cloud, cloud
from tests.servers.elevenlabs_speech import Times
from tests.servers.fake_api import Knob
from wyoming_tts.adapters.remote.elevenlabs.adapter import IDLE_S
from wyoming_tts.adapters.remote.elevenlabs.session import Session, SessionOptions
from wyoming_tts.adapters.remote.elevenlabs.settings import ElevenLabsSettings
from wyoming_tts.adapters.remote.elevenlabs.speech_model import model_of
from wyoming_tts.adapters.remote.elevenlabs.speech_request import SpeechRequest
from wyoming_tts.adapters.remote.elevenlabs.turn import Turn
from wyoming_tts.errors import BadCredentials, ProviderUnavailable, QuotaExhausted, SpeechCutOff
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.utterance import Utterance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.net.api_client import ApiClient

WORD_BYTES = 11_520
SENTENCES = ("One small step.", "Then a giant leap for all.", "Done.")


def told(subject: Cloud, *kinds: str) -> list[tuple[str, str]]:
    """What websockets saw, without repetition."""
    seen = [one for one in subject.fake.told if one[0] in kinds]
    return [one for number, one in enumerate(seen) if number == 0 or seen[number - 1] != one]


@pytest.mark.parametrize("times", [Times.WITH_EACH, Times.LAST, Times.TWICE])
async def test_an_answer_is_one_websocket_and_each_text_has_exactly_its_own_audio(times: Times) -> None:
    async with cloud(streamed=True) as subject:
        subject.fake.times = times
        said = [await subject.say(text) for text in SENTENCES]
        assert [len(one.pcm) for one in said] == [len(text.split()) * WORD_BYTES for text in SENTENCES]
        assert [[mark.offset for mark in one.marks] for one in said] == [[0, 4, 10], [0, 5, 7, 13, 18, 22], [0]]
        assert [mark.at_s for mark in said[0].marks] == pytest.approx([0.0, 0.24, 0.48], abs=0.01)
        subject.adapter.answered("a1")
        await subject.fake.idle()
        assert told(subject, "open", "closed", "end") == [("open", "21m00Tcm4TlvDq8ikWAM"), ("closed", "")]


async def test_what_is_sent_is_what_the_api_asks_for() -> None:
    async with cloud(streamed=True, stability=0.4, seed=3) as subject:
        await subject.say("Guten Tag.", language="de-DE", prosody=Prosody(speed=1.5))
        await subject.say("Ja.", language="de-DE", prosody=Prosody(speed=1.5))
        opening, first, second = subject.fake.sent
        assert opening == {"text": " ", "voice_settings": {"stability": 0.4, "speed": 1.2}}
        assert first == {"text": "Guten Tag. ", "flush": True}
        assert second == {"text": "Ja. ", "flush": True}
        query = next(asked.query for asked in subject.fake.asked if asked.path.endswith("stream-input"))
        assert query["model_id"] == "eleven_flash_v2_5"
        assert (query["sync_alignment"], query["auto_mode"]) == ("true", "true")
        assert (query["language_code"], query["seed"], query["output_format"]) == ("de", "3", "pcm_24000")


async def test_utterances_begun_ahead_are_spoken_in_their_order_one_at_a_time() -> None:
    async with cloud(streamed=True) as subject:
        tasks = [asyncio.create_task(subject.say(text)) for text in SENTENCES]
        said = await asyncio.gather(*tasks)
        assert [len(one.pcm) for one in said] == [len(text.split()) * WORD_BYTES for text in SENTENCES]
        order = [(kind, text) for text in SENTENCES for kind in ("text", "audio")]
        assert told(subject, "text", "audio") == order


async def test_another_voice_in_the_same_answer_has_a_websocket_of_its_own() -> None:
    async with cloud(streamed=True) as subject:
        await subject.say("One.")
        await subject.say("Two.", voice="Roger")
        await subject.say("Three.")
        assert [what for kind, what in subject.fake.told if kind == "open"] == [
            "21m00Tcm4TlvDq8ikWAM",
            "CwhRBWXzGAHq8TQ4Fs17",
        ]
        assert subject.fake.sockets == 2
        subject.adapter.answered("a1")
        await subject.fake.idle()


async def test_idle_for_long_it_is_closed_and_opened_again_when_somebody_speaks() -> None:
    async with cloud(streamed=True) as subject:
        await subject.say("One.")
        await subject.clock.advance(IDLE_S - 1)
        assert subject.fake.sockets == 1
        await subject.clock.advance(2)
        await subject.fake.idle()
        assert len((await subject.say("Two.")).pcm) == WORD_BYTES
        assert [kind for kind, _ in subject.fake.told if kind != "audio"] == ["open", "text", "closed", "open", "text"]


async def test_a_server_that_leaves_while_nobody_speaks_is_no_failure() -> None:
    async with cloud(streamed=True) as subject:
        await subject.say("One.")
        await subject.fake.__aexit__()
        await subject.fake.__aenter__()
        await subject.fake.idle()
        assert len((await subject.say("Two.")).pcm) == WORD_BYTES


async def test_one_left_early_closes_the_websocket_and_the_next_one_is_spoken_on_another() -> None:
    async with cloud(streamed=True) as subject:
        subject.fake.gate = asyncio.Event()
        first = asyncio.create_task(subject.say("Never mind this."))
        second = asyncio.create_task(subject.say("But this."))
        await subject.fake.until("text", "Never mind this.")
        first.cancel()
        subject.fake.gate.set()
        assert len((await second).pcm) == 2 * WORD_BYTES
        assert sum(kind == "open" for kind, _ in subject.fake.told) == 2
        assert ("text", "But this.") in subject.fake.told


async def test_one_left_before_its_turn_is_never_sent() -> None:
    async with cloud(streamed=True) as subject:
        subject.fake.gate = asyncio.Event()
        first = asyncio.create_task(subject.say("This one."))
        second = asyncio.create_task(subject.say("Not this one."))
        await subject.fake.until("text", "This one.")
        second.cancel()
        await settle()
        subject.fake.gate.set()
        assert len((await first).pcm) == 2 * WORD_BYTES
        assert ("text", "Not this one.") not in subject.fake.told
        assert subject.fake.sockets == 1


async def test_one_that_comes_and_goes_while_nobody_speaks_leaves_the_websocket_open() -> None:
    async with cloud(streamed=True) as subject:
        await subject.say("One.")
        gone = asyncio.create_task(subject.say("Never."))
        await asyncio.sleep(0)
        gone.cancel()
        await settle()
        assert len((await subject.say("Two.")).pcm) == WORD_BYTES
        assert sum(kind == "open" for kind, _ in subject.fake.told) == 1


async def test_after_a_cut_the_next_one_has_a_websocket_of_its_own() -> None:
    async with cloud(streamed=True) as subject:
        subject.fake.knob, subject.fake.at = Knob.CUT, WORD_BYTES
        first = asyncio.create_task(subject.say("Cut in the middle."))
        with pytest.raises(SpeechCutOff):
            await first
        subject.fake.knob = Knob.OK
        assert len((await subject.say("Whole again.")).pcm) == 2 * WORD_BYTES


@pytest.mark.parametrize("times", [Times.NEVER, Times.OTHER_TEXT])
async def test_without_times_a_text_is_ended_whole_and_the_rest_goes_by_http(times: Times) -> None:
    async with cloud(streamed=True) as subject:
        subject.fake.times = times
        said = [await subject.say(text) for text in SENTENCES]
        assert [len(one.pcm) for one in said] == [len(text.split()) * WORD_BYTES for text in SENTENCES]
        assert told(subject, "text", "end") == [("text", SENTENCES[0]), ("end", "")]
        assert [body["text"] for body in subject.bodies()] == list(SENTENCES[1:])


async def test_a_handshake_that_is_refused_means_http_from_then_on() -> None:
    async with cloud(streamed=True) as subject:
        subject.fake.handshake = 403
        for text in SENTENCES:
            await subject.say(text)
        asked = [asked.path.rsplit("/")[-1] for asked in subject.fake.asked if "text-to-speech" in asked.path]
        assert asked == ["stream-input", *["with-timestamps"] * 3]


@pytest.mark.parametrize("handshake", [400, 403, 404])
async def test_a_handshake_that_is_refused_like_everything_else_says_nothing_of_websockets(handshake: int) -> None:
    async with cloud(streamed=True) as subject:
        subject.fake.handshake, subject.fake.has_speech = handshake, False
        with pytest.raises(ProviderUnavailable):
            await subject.say()
        subject.fake.handshake, subject.fake.has_speech = None, True
        await subject.say("Hello.")
        assert ("text", "Hello.") in subject.fake.told


async def test_the_third_generation_is_never_asked_for_a_websocket() -> None:
    async with cloud(streamed=True, model="eleven_v3") as subject:
        await subject.say("Hello.", previous_text="Before.", next_text="After.")
        assert subject.fake.told == []
        assert not {"previous_text", "next_text"} & subject.bodies()[0].keys()


async def test_formats_that_a_websocket_lacks_go_by_http() -> None:
    async with cloud(streamed=True, output_format="pcm_48000") as subject:
        subject.fake.formats_refused = set()
        assert (await subject.say("Hello.")).format.rate == 48_000
        assert subject.fake.told == []


class Closed:
    """A websocket whose server has said why, and has left."""

    close_code = 1008

    def __init__(self, *said: dict[str, str]) -> None:
        self._said = deque[dict[str, str] | None]([*said, None])

    async def send(self, _: object) -> None:
        raise ProviderUnavailable("gone", provider="cloud")

    async def receive(self, *, within_s: float | None = None) -> dict[str, str] | None:
        assert within_s
        return self._said.popleft()


class ClosedApi:
    provider = "cloud"

    def __init__(self, *said: dict[str, str]) -> None:
        self._said = said

    @asynccontextmanager
    async def socket(self, *_: object, **__: object) -> AsyncIterator[Closed]:
        yield Closed(*self._said)


@pytest.mark.parametrize(
    ("said", "kind"),
    [(({"audio": ""}, {"error": "invalid_api_key"}), BadCredentials), ((), ProviderUnavailable)],
)
async def test_why_it_left_is_heard_where_nothing_can_be_sent_any_more(
    said: tuple[dict[str, str], ...], kind: type[Exception]
) -> None:
    settings = ElevenLabsSettings.model_validate({"type": "elevenlabs", "api_key": "k"})
    request = SpeechRequest(Utterance("Hi.", "Rachel"), "x", settings, model_of("eleven_flash_v2_5"), "pcm_24000")
    turn = Turn(request, "cloud")
    options = SessionOptions(1.0, 1.0, 1.0, lambda _: None, lambda: None)
    session = Session(cast("ApiClient", ClosedApi(*said)), FakeClock(), options)
    session.add(turn)
    await session.run()
    with pytest.raises(kind):
        await anext(turn)
    assert not turn.at_door


async def test_a_format_that_the_plan_lacks_is_asked_for_once() -> None:
    async with cloud(streamed=True) as subject:
        subject.fake.subscription["tier"] = "pro"
        await subject.adapter.refresh()
        said = [await subject.say(text) for text in SENTENCES]
        assert {one.format.rate for one in said} == {24_000}
        formats = [asked.query["output_format"] for asked in subject.fake.asked if "text-to-speech" in asked.path]
        assert formats == ["pcm_44100", "pcm_24000", "pcm_24000"]


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (401, "quota_exceeded", QuotaExhausted),
        (401, "invalid_api_key", BadCredentials),
        (500, "something_else", ProviderUnavailable),
    ],
)
async def test_code_words_mean_the_same_on_a_websocket(status: int, code: str, kind: type[Exception]) -> None:
    async with cloud(streamed=True) as subject:
        subject.fake.codes[status] = ("", code)
        subject.fake.knob = Knob(str(status))
        with pytest.raises(kind):
            await subject.say()


async def test_a_listener_who_reads_nothing_stops_the_reading() -> None:
    async with cloud(streamed=True, output_format="pcm_16000") as subject:
        text = "word " * 60
        async with subject.adapter.synthesize(subject.utterance(text)) as stream:
            await anext(stream.chunks)
            await settle(2000)
            session = next(iter(subject.adapter._sessions._tasks))
            assert session.current is not None
            assert session.current.audio.pieces < 40
            heard = sum([len(chunk.pcm) async for chunk in stream.chunks])
        assert heard > 50 * 7_680


async def test_the_first_audio_does_not_wait_for_the_second_sentence() -> None:
    async with cloud(streamed=True) as subject:
        async with subject.adapter.synthesize(subject.utterance("First.")) as stream:
            assert (await anext(stream.chunks)).pcm
            assert [text for kind, text in subject.fake.told if kind == "text"] == ["First."]
            async for _ in stream.chunks:
                pass
        await subject.say("Second.")
        assert sum(kind == "open" for kind, _ in subject.fake.told) == 1
