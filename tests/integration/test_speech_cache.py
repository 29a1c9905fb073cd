"""Kept speech over many entries, over the hardest ends of a process, and with its provider gone."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from tests.fakes.clock import FakeClock, settle
from tests.fakes.house_parts import pcm_of, request
from tests.fakes.speech_store import DISK_ONLY, MB, key_of, speech_cache, speech_of
from tests.servers.foreign_server import Script, foreign_server
from tests.servers.speech_writer import DIFFERENT, LIMITS, pcm_bytes_of, text_of
from wyoming_tts.adapters.registry import DEFAULT_PROVIDERS, PROVIDER_TYPES
from wyoming_tts.errors import ProviderUnavailable
from wyoming_tts.house import House
from wyoming_tts.settings.load import load
from wyoming_tts.store.store import SPEECH_FOLDER
from wyoming_tts.synthesis.health.breaker import BreakerState

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wyoming_tts.store.stored_speech import StoredSpeech

ROOT = Path(__file__).parents[2]
KILLS, SOAK_KILLS = 50, 1000
ENTRIES = 10_000


def speech_bytes(data_dir: Path) -> int:
    """Return what the files take, in whole blocks."""
    return sum(-(-path.stat().st_size // 4096) * 4096 for path in (data_dir / SPEECH_FOLDER).glob("*.speech"))


def traces(data_dir: Path, *words: str) -> list[Path]:
    """Return the files that hold one of the words, in any encoding that sqlite knows."""
    needles = [word.encode(coding) for word in words for coding in ("utf-8", "utf-16-le")]
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    assert len(files) > 2
    return [path for path in files if any(needle in path.read_bytes() for needle in needles)]


async def test_ten_thousand_entries_within_the_bound(tmp_path: Path, table: list[str]) -> None:
    limits = replace(DISK_ONLY, disk_bytes=25 * MB)
    began = time.perf_counter()
    async with speech_cache(tmp_path, limits) as cache:
        for number in range(ENTRIES):
            text = f"{number} nineteen eighty four"
            await cache.put(key_of(cache, text), speech_of(text, pcm_bytes=200))
            if number % 1000 == 999:
                await cache.flush()
                assert speech_bytes(tmp_path) == cache.counts.disk_bytes <= limits.disk_bytes
        kept = cache.counts.entries
        assert kept == limits.disk_bytes // 4096
    table.append(f"kept speech: {ENTRIES} entries written in {time.perf_counter() - began:.1f} s, {kept} of them fit")
    began = time.perf_counter()
    async with speech_cache(tmp_path, limits) as cache:
        opened_s = time.perf_counter() - began
        held = [f"{number} nineteen eighty four" for number in range(ENTRIES)]
        held = [text for text in held if cache.has(key_of(cache, text))]
        assert len(held) == kept
        assert held[0].startswith(f"{ENTRIES - kept} "), "the first ones went"
        for text in held[::97]:
            assert await cache.get(key_of(cache, text)) == speech_of(text, pcm_bytes=200)
    table.append(f"kept speech: an index of {kept} entries is read in {opened_s * 1000:.0f} ms")
    assert traces(tmp_path, "nineteen", "eighty four") == []


async def verified(data_dir: Path, right: Mapping[str, StoredSpeech], *, swept: bool) -> int:
    """Return how many texts are a hit after a sudden end; each must be its own speech."""
    hits = 0
    async with speech_cache(data_dir, LIMITS) as cache:
        if swept:
            await cache._disk.sweep()
            assert speech_bytes(data_dir) == cache.counts.disk_bytes <= LIMITS.disk_bytes
        for text, speech in right.items():
            found = await cache.get(key_of(cache, text))
            assert found in (None, speech)
            hits += found is not None
        assert cache.problem == ""
    return hits


async def test_no_wrong_audio_after_many_sudden_ends(tmp_path: Path, table: list[str], soak: bool) -> None:  # noqa: FBT001 - a fixture
    rng = random.Random(8)
    texts = [text_of(number) for number in range(DIFFERENT)]
    right = {text: speech_of(text, pcm_bytes=pcm_bytes_of(text)) for text in texts}
    hits, kills = 0, SOAK_KILLS if soak else KILLS
    command = [sys.executable, "-m", "tests.servers.speech_writer", str(tmp_path)]
    writers = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert writers.stdin is not None
    assert writers.stdout is not None
    try:
        for kill in range(kills):
            writers.stdin.write(b"%d\n" % rng.randrange(1, 120))
            assert await writers.stdout.readline() == b"killed\n"
            hits += await verified(tmp_path, right, swept=kill % 2 == 1)
    finally:
        writers.stdin.close()
        await writers.wait()
    assert hits > kills * 5, "most of what was written is there"
    assert traces(tmp_path, "nineteen", "eighty four", "The code") == []
    table.append(f"kept speech: {kills} sudden ends while it was written, {hits} hits, none of them wrong")


def house(data_dir: Path, uri: str) -> House:
    file = data_dir / "settings.yaml"
    file.write_text(f"providers: {{theirs: {{type: wyoming, uri: '{uri}'}}}}\n")
    overrides = {"server.data_dir": str(data_dir)}
    settings = load(
        file,
        provider_types=PROVIDER_TYPES,
        default_providers=DEFAULT_PROVIDERS,
        environ={},
        overrides=overrides,
    )
    return House(settings, FakeClock())


async def test_what_was_said_once_is_said_again_with_its_server_failing_and_gone(tmp_path: Path) -> None:
    text, voice = "The front door is open. Please close it now.", "theirs/anna"
    async with foreign_server(Script()) as server:
        one = house(tmp_path, server.uri)
        await one.start()
        first = await pcm_of(one.speaker, request(text, voice=voice))
        asked = len(server.requests())
        assert asked > 0
        assert await pcm_of(one.speaker, request(text, voice=voice)) == first
        assert len(server.requests()) == asked, "nobody was asked the second time"
        assert one.speech_counts.hits == one.speech_counts.misses > 0
        breaker = one.providers[0].breaker
        breaker.begin("another").failed(ProviderUnavailable(provider="theirs"))
        assert breaker.state is BreakerState.OPEN
        await pcm_of(one.speaker, request("Something else.", voice=voice))
        assert next(iter(one.speaker.recent)).links == ["espeak/en-us"]
        assert await pcm_of(one.speaker, request(text, voice=voice)) == first
        assert len(server.requests()) == asked
        assert next(iter(one.speaker.recent)).links == ["theirs/anna"]
        await one.aclose()
    two = house(tmp_path, server.uri)
    await two.start()
    await settle()
    again = await pcm_of(two.speaker, request(text, voice=voice))
    assert next(iter(two.speaker.recent)).links == ["theirs/anna"]
    assert len(again) == len(first)
    await two.aclose()
    assert traces(tmp_path, "front door", "Something else") == []
