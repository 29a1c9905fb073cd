"""One function for each kind of adapter that speaks through something elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import SecretStr

from tests.contract.remote_subject import KEY, READ_TIMEOUT_S, RemoteSubject
from tests.servers.openai_server import RATE, OpenAiServer
from wyoming_tts.adapters.remote.openai import adapter as openai_adapter
from wyoming_tts.adapters.remote.openai.settings import OpenAiSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.adapters.context import AdapterContext


def openai(response_format: str = "wav") -> RemoteSubject:
    """Any compatible server, asked for WAV as it is by default."""
    fake = OpenAiServer(key=KEY)

    def build(url: str, context: AdapterContext) -> Adapter:
        settings = OpenAiSettings.model_validate(
            {
                "base_url": url,
                "api_key": SecretStr(KEY),
                "response_format": response_format,
                "read_timeout_s": READ_TIMEOUT_S,
                "concurrency": 2,
            }
        )
        return openai_adapter.build("cloud", settings, context)

    middle = len(fake.body_of(response_format)) // 2
    return RemoteSubject(fake, build, voice="alloy", seconds=len(fake.audio) / (2 * RATE), middle=middle)


def openai_mp3() -> RemoteSubject:
    """The same in a compressed format."""
    return openai("mp3")


MAKERS: Mapping[str, Callable[[], RemoteSubject]] = {"openai": openai, "openai-mp3": openai_mp3}
