"""One function for each kind of adapter that speaks through something elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr

from tests.contract.remote_subject import KEY, READ_TIMEOUT_S, RemoteSubject
from tests.servers.openai_realtime_server import OpenAiRealtimeServer
from tests.servers.openai_server import RATE, OpenAiServer
from wyoming_tts.adapters.remote.openai.build import build as build_openai
from wyoming_tts.adapters.remote.openai.settings import OpenAiSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.adapters.context import AdapterContext


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


MAKERS: Mapping[str, Callable[[], RemoteSubject]] = {
    "openai": openai,
    "openai-mp3": openai_mp3,
    "openai-realtime": openai_realtime,
}
