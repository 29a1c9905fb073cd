"""The parts of a house, before anything of it is started."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from tests.fakes.clock import FakeClock
from wyoming_tts import assembly
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.local.espeak import EspeakSettings
from wyoming_tts.adapters.local.piper import PiperSettings
from wyoming_tts.errors import AllProvidersFailed, BudgetExhausted
from wyoming_tts.settings.cache import CacheSettings
from wyoming_tts.settings.model import Settings
from wyoming_tts.settings.remote import RemoteProviderSettings
from wyoming_tts.settings.server import ServerSettings
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.store.period import Span
from wyoming_tts.store.speech_index import Entry
from wyoming_tts.synthesis.store_upkeep import TIDY_SPEECH_EVERY_S
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from pathlib import Path

    from wyoming_tts.settings.provider import ProviderSettings
    from wyoming_tts.store.store import Store


class PaidSettings(EspeakSettings, RemoteProviderSettings):
    """As a provider elsewhere would have them."""


def built(tmp_path: Path, **providers: ProviderSettings) -> tuple[assembly.Parts, Store]:
    return built_from(tmp_path, providers)


def built_from(
    tmp_path: Path,
    providers: dict[str, ProviderSettings],
    cache: CacheSettings | None = None,
    clock: FakeClock | None = None,
) -> tuple[assembly.Parts, Store]:
    settings = Settings(providers=providers, server=ServerSettings(data_dir=tmp_path), cache=cache or CacheSettings())
    clock = clock or FakeClock()
    context = AdapterContext(tmp_path, WorkerPool(100.0, clock=clock), clock, settings.workers)
    store = assembly.store(settings)
    return assembly.parts(settings, context, store), store


PIPER = PiperSettings(download="never")


@pytest.mark.parametrize(
    ("providers", "names", "advertised"),
    [
        ({}, ["espeak"], []),
        ({"p": PIPER}, ["p", "espeak"], ["p"]),
        ({"robot": EspeakSettings(), "p": PIPER}, ["robot", "p"], ["robot", "p"]),
        ({"p": PIPER, "robot": EspeakSettings()}, ["p", "robot"], ["p", "robot"]),
        ({"p": PIPER, "robot": EspeakSettings(enabled=False)}, ["p", "espeak"], ["p"]),
        ({"p": PiperSettings(enabled=False)}, ["espeak"], []),
        ({"espeak": PIPER}, ["espeak", "espeak-2"], ["espeak"]),
        ({"espeak": EspeakSettings(enabled=False)}, ["espeak-2"], []),
        ({"espeak": PIPER, "espeak-2": PIPER}, ["espeak", "espeak-2", "espeak-3"], ["espeak", "espeak-2"]),
        ({"one": EspeakSettings(), "two": EspeakSettings()}, ["one", "two"], ["one", "two"]),
    ],
)
def test_the_providers_are_the_owner_s_in_order_and_one_that_always_works(
    tmp_path: Path, providers: dict[str, ProviderSettings], names: list[str], advertised: list[str]
) -> None:
    parts, _ = built(tmp_path, **providers)
    assert [provider.name for provider in parts.providers] == names
    assert [provider.name for provider in parts.providers if provider.advertised] == advertised
    assert parts.catalog.providers == parts.providers
    assert list(tmp_path.iterdir()) == [], "nothing is opened"


def test_a_provider_speaks_as_its_owner_wants_it(tmp_path: Path) -> None:
    parts, _ = built(tmp_path, robot=EspeakSettings(speed=1.2, volume=0.5, sentence_pause_s=0.3))
    assert parts.providers[0].prosody == Prosody(1.2, 1.0, 0.5)
    assert parts.providers[0].sentence_pause_s == 0.3
    assert parts.providers[0].breaker.provider == "robot"


async def test_a_budget_in_the_settings_is_one_that_is_kept_to(tmp_path: Path) -> None:
    parts, store = built(tmp_path, paid=PaidSettings(characters_per_day=3), free=EspeakSettings())
    await store.open()
    paid, free = parts.providers
    with pytest.raises(BudgetExhausted, match="3 characters a day"):
        async with paid.stack.synthesize(Utterance("Four", "en-us")):
            pass
    assert store.ledger.spent("paid")[Span.DAY].chars == 0
    assert free.breaker is not paid.breaker
    await store.aclose()


@pytest.mark.parametrize(
    ("cache", "kept"),
    [
        (CacheSettings(), [True, False]),
        (CacheSettings(disk_mb=0), [True, False]),
        (CacheSettings(memory_mb=0, disk_mb=0), [False, False]),
        (CacheSettings(enabled=False), [False, False]),
    ],
)
def test_speech_is_kept_of_those_who_take_longer_than_a_memory(
    tmp_path: Path, cache: CacheSettings, kept: list[bool]
) -> None:
    parts, store = built_from(tmp_path, {"piper": PIPER, "espeak": EspeakSettings()}, cache)
    assert [provider.kept is not None for provider in parts.providers] == kept
    assert store.speech.enabled is kept[0]


async def test_speech_that_is_too_old_is_deleted_now_and_then(tmp_path: Path) -> None:
    clock = FakeClock()
    parts, store = built_from(tmp_path, {"piper": PIPER}, clock=clock)
    await store.open()
    old = Entry(4096, 0.0, 0.0)
    store.speech._disk.index.add(bytes(32), old)
    tidying = asyncio.create_task(parts.background["old speech"]())
    await clock.advance(TIDY_SPEECH_EVERY_S - 1)
    assert store.speech.counts.entries == 1
    await clock.advance(1)
    assert store.speech.counts.entries == 0
    tidying.cancel()
    await asyncio.wait([tidying])
    await store.aclose()


def test_what_goes_on_beside_the_answers(tmp_path: Path) -> None:
    parts, _ = built(tmp_path)
    assert list(parts.background) == [
        "known levels",
        "levels",
        "phrases",
        "store",
        "kept speech",
        "old speech",
        "probes",
    ]
    assert all(callable(job) for job in parts.background.values())


def test_a_command_makes_no_phrases_since_the_server_may_run_on_the_same_data(tmp_path: Path) -> None:
    settings = Settings(providers={}, server=ServerSettings(data_dir=tmp_path))
    clock = FakeClock()
    context = AdapterContext(tmp_path, WorkerPool(100.0, clock=clock), clock, settings.workers)
    parts = assembly.parts(settings, context, assembly.store(settings), keeps_letters=False)
    assert "phrases" not in parts.background


async def test_a_house_that_was_not_started_has_nobody_to_speak(tmp_path: Path) -> None:
    parts, _ = built(tmp_path)
    assert parts.catalog.advertised() == ()
    with pytest.raises(AllProvidersFailed, match="no voice is available"):
        parts.router.default()
