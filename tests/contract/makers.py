"""One function for each kind of adapter that speaks through something elsewhere."""

from __future__ import annotations

import asyncio
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from tests.contract.remote_subject import EVERY_KNOB, KEY, READ_TIMEOUT_S, TEXT, RemoteSubject
from tests.servers.alltalk_server import RATE as ALLTALK_RATE
from tests.servers.alltalk_server import AllTalkServer
from tests.servers.elevenlabs_server import ElevenLabsServer
from tests.servers.elevenlabs_speech import WORD_S
from tests.servers.fake_api import Knob
from tests.servers.fake_program import RATE as PROGRAM_RATE
from tests.servers.fake_program import FakeProgram
from tests.servers.foreign_fake import TROUBLES as FOREIGN_TROUBLES
from tests.servers.foreign_fake import ForeignFake
from tests.servers.foreign_server import tone
from tests.servers.openai_realtime_server import OpenAiRealtimeServer
from tests.servers.openai_server import RATE, OpenAiServer
from wyoming_tts.adapters.local import command as command_adapter
from wyoming_tts.adapters.local.command import CommandSettings
from wyoming_tts.adapters.remote.alltalk import adapter as alltalk_adapter
from wyoming_tts.adapters.remote.alltalk.settings import AllTalkSettings
from wyoming_tts.adapters.remote.elevenlabs.adapter import ElevenLabsAdapter
from wyoming_tts.adapters.remote.elevenlabs.settings import ElevenLabsSettings
from wyoming_tts.adapters.remote.openai.build import build as build_openai
from wyoming_tts.adapters.remote.openai.settings import OpenAiSettings
from wyoming_tts.adapters.remote.wyoming.adapter import WyomingAdapter
from wyoming_tts.adapters.remote.wyoming.settings import WyomingSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.adapters.context import AdapterContext
    from wyoming_tts.speech.audio import AudioFormat
    from wyoming_tts.speech.utterance import Utterance


def openai(response_format: str = "wav") -> RemoteSubject:
    """Any compatible server, asked for WAV as it is by default."""
    fake = OpenAiServer(key=KEY)
    middle = len(fake.body_of(response_format)) // 2
    return _openai(fake, middle, response_format=response_format)


def openai_mp3() -> RemoteSubject:
    """The same in a compressed format."""
    return openai("mp3")


def openai_realtime() -> RemoteSubject:
    """Its Realtime API."""
    fake = OpenAiRealtimeServer(key=KEY)
    return _openai(fake, len(fake.audio) // 2, mode="realtime")


def _openai(fake: OpenAiServer, middle: int, **keys: str) -> RemoteSubject:
    def build(url: str, context: AdapterContext) -> Adapter:
        settings = OpenAiSettings.model_validate(
            {
                "base_url": url,
                "api_key": SecretStr(KEY),
                **keys,
                "read_timeout_s": READ_TIMEOUT_S,
                "concurrency": 2,
            }
        )
        return build_openai("cloud", settings, context)

    return RemoteSubject(fake, build, voice="alloy", seconds=len(fake.audio) / (2 * RATE), middle=middle)


def alltalk(streaming: str = "auto", fails_at: str = "speech") -> RemoteSubject:
    """AllTalk as it is by default: XTTS, which streams."""
    fake = AllTalkServer()
    fake.fails_at = fails_at

    def build(url: str, context: AdapterContext) -> Adapter:
        keys = {"base_url": url, "streaming": streaming, "read_timeout_s": READ_TIMEOUT_S, "concurrency": 2}
        return alltalk_adapter.build("cloud", AllTalkSettings.model_validate(keys), context)

    seconds, middle = len(fake.audio) / (2 * ALLTALK_RATE), len(fake.audio) // 2
    return RemoteSubject(fake, build, voice="female_01.wav", seconds=seconds, middle=middle, keyed=False)


def alltalk_file() -> RemoteSubject:
    """The same with an engine that makes whole files, where fetching them goes wrong."""
    return alltalk("off", "file")


def alltalk_whole() -> RemoteSubject:
    """The same where the making goes wrong."""
    return alltalk("off")


def wyoming() -> RemoteSubject:
    """Another Wyoming server, asked for one utterance at a time."""
    fake = ForeignFake()

    def build(url: str, context: AdapterContext) -> Adapter:
        settings = WyomingSettings.model_validate({"uri": url, "concurrency": 2})
        return WyomingAdapter("lan", settings, context)

    seconds = len(tone(TEXT, fake.script)) / fake.script.rate
    knobs = frozenset(FOREIGN_TROUBLES)
    made = RemoteSubject(fake, build, voice="anna", seconds=seconds, knobs=knobs, patient=True, keyed=False)
    made.folder = fake.folder
    return made


def command() -> RemoteSubject:
    """A program that writes a WAV."""
    fake = FakeProgram(Path(tempfile.mkdtemp(prefix="program-")))

    def build(url: str, context: AdapterContext) -> Adapter:
        settings = CommandSettings.model_validate(
            {
                "command": (url, "{voice}"),
                "voices": ("anna",),
                "timeout_s": READ_TIMEOUT_S,
                "concurrency": 2,
                "environment": {"FAKE_PROGRAM": url},
            }
        )
        return command_adapter.build("program", settings, context)

    knobs = EVERY_KNOB - {Knob.BAD_REQUEST, Knob.UNAUTHORIZED, Knob.RATE_LIMITED, Knob.REDIRECT}
    seconds, middle = len(fake.audio) / (2 * PROGRAM_RATE), len(fake.audio) // 2
    made = RemoteSubject(fake, build, voice="anna", seconds=seconds, middle=middle, knobs=knobs, keyed=False)
    made.folder = fake.folder
    return made


def elevenlabs() -> RemoteSubject:
    """A whole text, with word times."""
    return RemoteSubject(ElevenLabsServer(key=KEY), _elevenlabs, "Rachel", _said_s(TEXT), middle=40_000)


def elevenlabs_websocket() -> RemoteSubject:
    """Part of an answer that is still being written."""
    # A message of a websocket has no header to say when to come again.
    knobs = EVERY_KNOB - {Knob.RATE_LIMITED}
    fake = ElevenLabsServer(key=KEY)
    return StreamedSubject(fake, _elevenlabs, "Rachel", _said_s(TEXT), middle=30_000, knobs=knobs)


@dataclass
class StreamedSubject(RemoteSubject):
    """Each of its utterances is part of an answer of its own that is still being written, and ends with it."""

    numbers: Iterator[int] = field(default_factory=count)
    answers: dict[asyncio.Task[object] | None, str] = field(default_factory=dict)
    """By the task that listens."""

    def utterance(self, text: str = TEXT, *, voice: str = "") -> Utterance:
        answer_id = self.answers[asyncio.current_task()] = f"a{next(self.numbers)}"
        return replace(super().utterance(text, voice=voice), streamed=True, answer_id=answer_id)

    async def spoken(self, text: str = TEXT) -> tuple[AudioFormat, bytes]:
        with self._answering():
            return await super().spoken(text)

    async def failing(self) -> tuple[Exception, float]:
        with self._answering():
            return await super().failing()

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Say afterwards that the answer is over, as the house does."""
        try:
            yield
        finally:
            self.adapter.answered(self.answers.pop(asyncio.current_task(), ""))


def _elevenlabs(url: str, context: AdapterContext) -> Adapter:
    written = {"type": "elevenlabs", "api_key": SecretStr(KEY), "base_url": url}
    limits = {"read_timeout_s": READ_TIMEOUT_S, "connect_timeout_s": READ_TIMEOUT_S, "concurrency": 2}
    settings = ElevenLabsSettings.model_validate(written | limits)
    return ElevenLabsAdapter("cloud", settings, context, lull_s=READ_TIMEOUT_S / 2, settle_s=READ_TIMEOUT_S / 4)


def _said_s(text: str) -> float:
    return len(text.split()) * WORD_S


MAKERS: Mapping[str, Callable[[], RemoteSubject]] = {
    "alltalk": alltalk,
    "alltalk-file": alltalk_file,
    "alltalk-whole": alltalk_whole,
    "command": command,
    "elevenlabs": elevenlabs,
    "elevenlabs-websocket": elevenlabs_websocket,
    "openai": openai,
    "openai-mp3": openai_mp3,
    "openai-realtime": openai_realtime,
    "wyoming": wyoming,
}
