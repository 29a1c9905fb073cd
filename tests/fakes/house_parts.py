"""Small pieces of a house built from doubles, for the tests of the synthesis room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.word_adapter import Faults, Vocabulary, WordAdapter
from wyoming_tts.speech.request import SpeechRequest, whole
from wyoming_tts.store.budget import UNLIMITED
from wyoming_tts.store.database import Database
from wyoming_tts.store.ledger import Ledger
from wyoming_tts.store.levels import Levels
from wyoming_tts.synthesis.admission import Admission
from wyoming_tts.synthesis.carrying_on.carry_on import CarryOn
from wyoming_tts.synthesis.carrying_on.pace import Paces
from wyoming_tts.synthesis.carrying_on.yardstick import Yardstick
from wyoming_tts.synthesis.health.breaker import CircuitBreaker
from wyoming_tts.synthesis.kept_speech import KeptSpeech
from wyoming_tts.synthesis.loudness.level_book import LevelBook
from wyoming_tts.synthesis.manner import Manner
from wyoming_tts.synthesis.provider import Provider
from wyoming_tts.synthesis.routing.catalog import Catalog
from wyoming_tts.synthesis.routing.router import Router
from wyoming_tts.synthesis.speaker import Letters, Speaker, SpeakerOptions
from wyoming_tts.synthesis.wrappers.stack import Shared, stacked
from wyoming_tts.telemetry.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence

    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.store.speech_cache import SpeechCache
    from wyoming_tts.synthesis.routing.catalog import HouseVoice
    from wyoming_tts.synthesis.routing.privacy import PrivacyRules
    from wyoming_tts.synthesis.wrappers.gated import Completeness
    from wyoming_tts.telemetry.clock import Clock

GAP_S = 0.05


class Whole:
    """Takes every end for the end: words of a vocabulary are shorter than any voice's."""

    async def is_cut_off(self, utterance: Utterance, **_: object) -> bool:  # noqa: ARG002 - the contract's
        return False


def shared(*, gap_s: float = GAP_S, clock: Clock | None = None, completeness: Completeness | None = None) -> Shared:
    """What the wrappers of doubles share: nothing is kept, and no voice is levelled."""
    database = Database(None)
    return Shared(
        clock=clock or SystemClock(),
        gap_s=gap_s,
        completeness=completeness or Whole(),
        ledger=Ledger(database),
        levels=LevelBook(Levels(database), target_lufs=-20.0, enabled=False),
    )


def provider(
    adapter: Adapter,
    *,
    pause_s: float = 0.0,
    gap_s: float = GAP_S,
    advertised: bool = True,
    clock: Clock | None = None,
    completeness: Completeness | None = None,
    cache: SpeechCache | None = None,
) -> Provider:
    """An adapter inside all its wrappers."""
    common = shared(gap_s=gap_s, clock=clock, completeness=completeness)
    breaker = CircuitBreaker(adapter.name, common.clock)
    admission = Admission(adapter, breaker)
    kept = None if cache is None else KeptSpeech(adapter, cache)
    stack = stacked(adapter, breaker, admission, UNLIMITED, common, kept)
    return Provider(adapter, stack, breaker, admission, sentence_pause_s=pause_s, advertised=advertised, kept=kept)


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
        carry_on: CarryOn | None = None,
        privacy: PrivacyRules | None = None,
        letters: Letters | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.catalog = Catalog(providers, house_voices)
        self.router = Router(
            self.catalog,
            last_resort=providers[-1].name if providers else None,
            default_voice=default_voice,
            default_language=default_language,
            unknown_voice_is_error=unknown_is_error,
            privacy=privacy,
        )
        manner = manner or Manner(first_audio_s=0.1, last_first_audio_s=0.2, hedge="off")
        self.speaker = Speaker(
            self.router,
            SpeakerOptions(manner, padding, max_answers, keep_failed_text=letters is not None),
            carry_on=carry_on or CarryOn(Yardstick(None), Paces()),
            clock=clock or SystemClock(),
            letters=letters,
        )


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
