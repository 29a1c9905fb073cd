"""Small pieces of a house built from doubles, for the tests of the synthesis room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.word_adapter import Faults, Vocabulary, WordAdapter
from wyoming_tts.speech.request import SpeechRequest, whole
from wyoming_tts.synthesis.answer import Manner
from wyoming_tts.synthesis.catalog import Catalog
from wyoming_tts.synthesis.provider import Provider
from wyoming_tts.synthesis.router import Router
from wyoming_tts.synthesis.speaker import Speaker, SpeakerOptions
from wyoming_tts.synthesis.timed import Timed
from wyoming_tts.telemetry.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence

    from wyoming_tts.synthesis.catalog import HouseVoice

GAP_S = 0.05


def provider(adapter: WordAdapter, *, pause_s: float = 0.0, gap_s: float = GAP_S) -> Provider:
    return Provider(adapter, Timed(adapter, provider=adapter.name, gap_s=gap_s), sentence_pause_s=pause_s)


class Parts:
    """A speaker over word adapters named in order; the last one is the last resort."""

    def __init__(
        self,
        *providers: Provider,
        house_voices: Sequence[HouseVoice] = (),
        manner: Manner | None = None,
        default_voice: str | None = None,
        default_language: str = "en-US",
        unknown_is_error: bool = False,
        padding: Callable[[str], tuple[float, float]] | None = None,
        max_answers: int = 64,
    ) -> None:
        self.catalog = Catalog(providers, house_voices)
        self.router = Router(
            self.catalog,
            last_resort=providers[-1].name if providers else None,
            default_voice=default_voice,
            default_language=default_language,
            unknown_voice_is_error=unknown_is_error,
        )
        options = SpeakerOptions(manner or Manner(first_audio_s=0.1, last_first_audio_s=0.2), padding, max_answers)
        self.speaker = Speaker(self.router, options, clock=SystemClock())


def request(
    text: str | AsyncIterable[str] = "", *, voice: str | None = None, speaker: str | None = None, client: str = ""
) -> SpeechRequest:
    texts = whole(text) if isinstance(text, str) else text
    return SpeechRequest("r1", texts, voice=voice, speaker=speaker, client=client)


async def pcm_of(speaker: Speaker, asked: SpeechRequest) -> bytes:
    async with speaker.answer(asked) as answer:
        return b"".join([chunk.pcm async for chunk in answer.chunks()])


def two_adapters(*, faults: Faults | None = None, marks: bool = True) -> tuple[Vocabulary, WordAdapter, WordAdapter]:
    vocabulary = Vocabulary()
    one = WordAdapter("one", vocabulary, faults=faults, marks=marks)
    return vocabulary, one, WordAdapter("two", vocabulary)


async def tokens(*texts: str) -> AsyncIterator[str]:
    for text in texts:
        yield text
