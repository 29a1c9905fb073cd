"""Puts the parts of a house together from the owner's settings; opens nothing and starts nothing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import chain, count
from typing import TYPE_CHECKING

from wyoming_tts.adapters import registry
from wyoming_tts.errors import TtsError
from wyoming_tts.speech.request import SpeechRequest, whole
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.store.budget import UNLIMITED
from wyoming_tts.store.speech_cache import SpeechLimits
from wyoming_tts.store.store import Store
from wyoming_tts.synthesis.admission import Admission
from wyoming_tts.synthesis.carrying_on.carry_on import CarryOn
from wyoming_tts.synthesis.carrying_on.completeness import Completeness
from wyoming_tts.synthesis.carrying_on.pace import Paces
from wyoming_tts.synthesis.carrying_on.yardstick import Yardstick
from wyoming_tts.synthesis.dead_letter_box import StoredDeadLetterBox
from wyoming_tts.synthesis.health.breaker import CircuitBreaker
from wyoming_tts.synthesis.health.probing import Probing
from wyoming_tts.synthesis.kept_speech import KeptSpeech, manner_of
from wyoming_tts.synthesis.loudness.level_book import LevelBook
from wyoming_tts.synthesis.loudness.levelling import Levelling
from wyoming_tts.synthesis.manner import Manner
from wyoming_tts.synthesis.phrases.kept_links import KeptLinks
from wyoming_tts.synthesis.phrases.often_heard import OftenHeard
from wyoming_tts.synthesis.phrases.phrase_planner import PhrasePlanner
from wyoming_tts.synthesis.phrases.phrasebook import Phrasebook
from wyoming_tts.synthesis.provider import Provider
from wyoming_tts.synthesis.routing.catalog import Catalog, HouseVoice
from wyoming_tts.synthesis.routing.detected_language import detector
from wyoming_tts.synthesis.routing.privacy import PrivacyRules
from wyoming_tts.synthesis.routing.router import Router
from wyoming_tts.synthesis.speaker import Letters, Speaker, SpeakerOptions
from wyoming_tts.synthesis.store_upkeep import StoreUpkeep
from wyoming_tts.synthesis.wrappers.metered import budget_of
from wyoming_tts.synthesis.wrappers.stack import Shared, stacked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.adapters.context import AdapterContext
    from wyoming_tts.settings.model import Settings
    from wyoming_tts.settings.provider import ProviderSettings
    from wyoming_tts.store.speech_cache import SpeechCache
    from wyoming_tts.synthesis.routing.detected_language import LanguageDetector
    from wyoming_tts.synthesis.store_upkeep import Job
    from wyoming_tts.telemetry.clock import Clock

LAST_RESORT_TYPE = "espeak"
"""The engine that needs nothing and always works; a house without one of the owner's gets it unadvertised."""

DAY_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Parts:
    """What a house is made of."""

    providers: tuple[Provider, ...]
    catalog: Catalog
    router: Router
    speaker: Speaker
    phrasebook: Phrasebook
    background: Mapping[str, Job]
    """What goes on beside the answers, by what it is called in the log."""


def parts(settings: Settings, context: AdapterContext, store: Store, *, keeps_letters: bool = True) -> Parts:
    """Return the parts of a house, which all work with this store."""
    last_resort = _last_resort(settings)
    enabled = {name: provider for name, provider in settings.providers.items() if provider.enabled}
    adapters = _adapters(enabled, last_resort, context)
    carry_on = CarryOn(Yardstick(adapters[last_resort]), Paces())
    levels = LevelBook(store.levels, target_lufs=settings.audio.loudness_lufs, enabled=settings.audio.level_voices)
    shared = Shared(
        clock=context.clock,
        gap_s=settings.fallback.gap_s,
        completeness=Completeness(carry_on.yardstick, carry_on.paces),
        ledger=store.ledger,
        levels=levels,
    )
    providers = tuple(_provider(adapter, enabled.get(name), shared, store.speech) for name, adapter in adapters.items())
    catalog = _catalog(settings, providers)
    guesses = detector(settings.text)
    router = _router(settings, catalog, guesses, last_resort=last_resort, language=context.language)
    often = OftenHeard(store.heard_sentences, router.privacy, most=_learned(settings))
    speaker = Speaker(
        router,
        _speaker_options(settings),
        carry_on=carry_on,
        clock=context.clock,
        letters=Letters(StoredDeadLetterBox(store.letters), store.begin_hash) if keeps_letters else None,
        learn=often.heard,
    )

    def is_quiet() -> bool:
        return not speaker.active

    planner = _phrase_planner(settings, store, router)
    phrasebook = Phrasebook(planner, often, context.clock, voices=catalog.advertised, is_quiet=is_quiet)
    wanted = partial(_default_chain, router)
    levelling = Levelling(providers, levels, context.clock, wanted=wanted, is_quiet=is_quiet)
    background: dict[str, Job] = {
        "known levels": levels.load,
        "levels": levelling.run,
        **({"phrases": phrasebook.run} if keeps_letters else {}),  # a command has no time for them
        **StoreUpkeep(store, context.clock).jobs(),
        **_watching(settings, context.clock, providers, guesses),
    }
    return Parts(providers, catalog, router, speaker, phrasebook, background)


def store(settings: Settings) -> Store:
    """Return what the house remembers, in its data directory."""
    limits, cache = settings.limits, settings.cache
    return Store(
        settings.server.data_path,
        max_letters=limits.dead_letters,
        max_letter_days=limits.dead_letter_days,
        max_letters_bytes=limits.dead_letters_mb * 1_000_000,
        speech=SpeechLimits(
            memory_bytes=cache.memory_bytes,
            disk_bytes=cache.disk_bytes,
            max_age_s=cache.max_days * DAY_S,
            enabled=cache.enabled,
        ),
    )


def _adapters(enabled: Mapping[str, ProviderSettings], last_resort: str, context: AdapterContext) -> dict[str, Adapter]:
    """Return everybody who can speak by name, with the last resort among them."""
    unlisted = {last_resort: registry.PROVIDER_TYPES[LAST_RESORT_TYPE](type=LAST_RESORT_TYPE)}
    return {name: registry.build(name, one, context) for name, one in {**enabled, **unlisted, **enabled}.items()}


def _last_resort(settings: Settings) -> str:
    """Return the name of the owner's eSpeak NG, or one that is still free."""
    for name, provider in settings.providers.items():
        if provider.type == LAST_RESORT_TYPE and provider.enabled:
            return name
    free = chain([LAST_RESORT_TYPE], (f"{LAST_RESORT_TYPE}-{number}" for number in count(2)))
    return next(name for name in free if name not in settings.providers)


def _provider(adapter: Adapter, settings: ProviderSettings | None, shared: Shared, speech: SpeechCache) -> Provider:
    """Return the adapter as the owner configured it; unadvertised where the owner did not."""
    breaker = CircuitBreaker(adapter.name, shared.clock)
    admission = Admission(adapter, breaker)
    if settings is None:
        stack = stacked(adapter, breaker, admission, UNLIMITED, shared)
        return Provider(adapter, stack, breaker, admission, advertised=False)
    keeps = speech.enabled and not adapter.capabilities.instant
    kept = KeptSpeech(adapter, speech, manner=manner_of(settings)) if keeps else None
    return Provider(
        adapter,
        stacked(adapter, breaker, admission, budget_of(settings), shared, kept),
        breaker,
        admission,
        prosody=settings.prosody,
        sentence_pause_s=settings.sentence_pause_s,
        kept=kept,
    )


def _catalog(settings: Settings, providers: Sequence[Provider]) -> Catalog:
    voices = [
        HouseVoice(voice.name, voice.language, voice.links, voice.prosody, voice.sentence_pause_s)
        for voice in settings.voices
    ]
    return Catalog(providers, voices, speakers_advertised=settings.limits.speakers_advertised)


def _router(
    settings: Settings, catalog: Catalog, guesses: LanguageDetector | None, *, last_resort: str, language: str
) -> Router:
    privacy = settings.privacy
    return Router(
        catalog,
        last_resort=last_resort,
        default_voice=settings.default_voice,
        default_language=language,
        unknown_voice_is_error=settings.fallback.unknown_voice == "error",
        privacy=PrivacyRules(privacy.local_patterns, privacy.local_voices, privacy.local_networks),
        detector=guesses,
    )


def _speaker_options(settings: Settings) -> SpeakerOptions:
    manner = Manner(
        max_utterance_chars=settings.text.max_utterance_chars,
        max_unmarked_chars=settings.text.max_chars_without_word_times,
        whole_first_chars=settings.text.whole_first_chars,
        clause_after_s=settings.text.first_clause_after_s,
        code_blocks=settings.text.code_blocks,
        first_audio_s=settings.fallback.first_audio_s,
        last_first_audio_s=settings.fallback.last_first_audio_s,
        hedge=settings.fallback.hedge,
        hedge_after_s=settings.fallback.hedge_after_s,
    )
    return SpeakerOptions(
        manner,
        settings.audio.padding,
        settings.limits.concurrent_answers,
        keep_failed_text=settings.privacy.keep_failed_text,
    )


def _phrase_planner(settings: Settings, store: Store, router: Router) -> PhrasePlanner:
    wanted, manner = settings.phrases, _speaker_options(settings).manner
    return PhrasePlanner(router, KeptLinks(store.speech), manner, say=wanted.say, voices=wanted.voices)


def _learned(settings: Settings) -> int:
    """Return how many sentences are learned at most."""
    wanted = settings.phrases
    return wanted.learn_max if wanted.learn and settings.cache.enabled else 0


def _watching(
    settings: Settings, clock: Clock, providers: Sequence[Provider], guesses: LanguageDetector | None
) -> dict[str, Job]:
    fallback = settings.fallback
    probing = Probing(providers, clock, every_s=fallback.probe_every_s, paid_probes=fallback.paid_probes)
    return {"probes": probing.run} | ({} if guesses is None else {"languages": guesses.warm})


def _default_chain(router: Router) -> Sequence[VoiceName]:
    """Return who speaks where nobody asks for a voice, and who carries on then."""
    try:
        links = router.route(SpeechRequest("levels", whole(""))).links
    except TtsError:
        return ()
    return [VoiceName(link.provider.name, link.voice, link.speaker) for link in links]
