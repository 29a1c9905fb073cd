"""The published catalogue of Piper voices, and bringing one of them here."""

from __future__ import annotations

import json
import shutil
import time
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING

from wyoming_tts.adapters.local import piper_shelf
from wyoming_tts.adapters.local.file_lock import FileLock
from wyoming_tts.adapters.local.piper_listing import Listing, PublishedVoice, parse_listing
from wyoming_tts.errors import ConfigError, ProviderError
from wyoming_tts.net.disk import on_disk
from wyoming_tts.net.download import Downloader
from wyoming_tts.net.public_get import open_session

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from pathlib import Path

    import aiohttp

    from wyoming_tts.net.transfer import Progress
    from wyoming_tts.telemetry.clock import Clock

DEFAULT_CATALOG_URL = "https://huggingface.co/rhasspy/piper-voices/resolve/main"
CACHE_NAME = "piper-voices.json"
"""The last list, in the data directory."""

MAX_LISTING_BYTES = 16 * 1024**2
"""The real one has a quarter of a megabyte."""
SPARE_BYTES = 50 * 10**6
"""Left free on the disk after a download somebody asked for."""
LOOK_AGAIN_S = 0.5
"""While another process downloads the same voice."""
PUBLISHER = "the voice catalogue"
"""Stands in its errors."""


class PiperCatalog:
    """The voices at `base_url`, and the folder they are downloaded to. The constructor opens nothing.

    `cache_file` keeps the last list for times without a network. Raises ProviderError for what the network or the
    server does, ConfigError for the disk and for a `base_url` that cannot be one.
    """

    def __init__(
        self,
        base_url: str,
        voices_dir: Path,
        cache_file: Path,
        clock: Clock,
        *,
        sessions: Callable[[], aiohttp.ClientSession] = open_session,
        wall_s: Callable[[], float] = time.time,
        free_bytes: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.voices_dir = voices_dir
        self._cache_file = cache_file
        self._clock = clock
        self._downloader = Downloader(PUBLISHER, clock, sessions)
        self._wall_s = wall_s
        self._free_bytes = free_bytes
        self._listing = Listing(())

    async def fetch(self) -> Listing:
        """Return the list of the server, or where that cannot be had the last one kept, which says so."""
        try:
            listing = await self._ask()
        except ProviderError as error:
            kept = await on_disk(self._cache_file, self._recall)
            if kept is None:
                raise
            listing = kept.aged(kept.age_s, str(error))
        self._listing = listing
        return listing

    def search(self, words: Iterable[str] = (), language: str | None = None) -> list[PublishedVoice]:
        """Return the voices of the list last fetched that have every word somewhere and speak `language`."""
        return self._listing.search(words, language)

    def best_for(self, language: str) -> PublishedVoice | None:
        """Return the voice to begin with in this language, from the list last fetched; None where it has none."""
        return self._listing.best_for(language)

    async def download(
        self, voice: PublishedVoice, progress: Progress = lambda _: None, *, spare_bytes: int = SPARE_BYTES
    ) -> Path:
        """Bring the voice here and return its model's path; nothing is asked for where it is here already.

        It goes on where an earlier download was cut. The voice is seen by nobody until all of it is here, and where
        another process downloads it too, one of them waits. `progress` is told the bytes of both files together.
        """
        model = self.voices_dir / f"{voice.key}.onnx"
        await on_disk(self.voices_dir, self.voices_dir.mkdir, parents=True, exist_ok=True)
        model_part, config_part = model.with_name(f"{model.name}.part"), model.with_name(f"{model.name}.json.part")
        async with self._alone(voice, model_part, progress):
            if await on_disk(model, _is_here, model, voice):
                progress(voice.size_bytes)
                return model
            await self._need_room(voice, (model_part, config_part), spare_bytes)
            await self._downloader.fetch(voice.config, config_part, progress)
            base = voice.config.size_bytes
            await self._downloader.fetch(voice.model, model_part, lambda size: progress(base + size))
            moves = [(config_part, piper_shelf.config_path(model)), (model_part, model)]
            await on_disk(model, piper_shelf.place, moves)
        return model

    async def _ask(self) -> Listing:
        document = await self._downloader.read(f"{self.base_url}/voices.json", MAX_LISTING_BYTES)
        listing = await on_disk(self._cache_file, parse_listing, document, self.base_url)
        if listing is None or not listing.voices:
            raise ProviderError("voices.json: it is no list of voices", provider=PUBLISHER)
        with suppress(ConfigError):  # a list that cannot be kept is as good as any while there is a network
            await on_disk(self._cache_file, self._keep, document)
        return listing

    def _keep(self, document: bytes) -> None:
        facts = {"source": self.base_url, "fetched_at_s": self._wall_s(), "voices": document.decode("utf-8", "replace")}
        part = self._cache_file.with_name(f"{self._cache_file.name}.part")
        part.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(facts), encoding="utf-8")
        part.replace(self._cache_file)

    def _recall(self) -> Listing | None:
        try:
            facts = json.loads(self._cache_file.read_bytes())
            if facts["source"] != self.base_url:
                return None
            listing = parse_listing(facts["voices"].encode(), self.base_url)
            age_s = max(0.0, self._wall_s() - float(facts["fetched_at_s"]))
        except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return None
        return listing.aged(age_s, "") if listing is not None else None

    async def _need_room(self, voice: PublishedVoice, parts: Iterable[Path], spare_bytes: int) -> None:
        def room() -> tuple[int, int]:
            here = sum(part.stat().st_size for part in parts if part.exists())
            return self._free_bytes(self.voices_dir), max(0, voice.size_bytes - here)

        free, needed = await on_disk(self.voices_dir, room)
        if free < needed + spare_bytes:
            raise ConfigError(
                f"There is too little room in {self.voices_dir} for {voice.key}: {free / 1e6:.0f} MB are free, "
                f"{needed / 1e6:.0f} MB and a reserve of {spare_bytes / 1e6:.0f} MB are needed."
            )

    @asynccontextmanager
    async def _alone(self, voice: PublishedVoice, part: Path, progress: Progress) -> AsyncIterator[None]:
        """Hold the lock of this voice; while another process has it, tell how far that one is."""
        lock = FileLock(self.voices_dir / f".{voice.key}.lock")
        try:
            while not await on_disk(lock.path, lock.acquire):
                progress(await on_disk(part, _size, part))
                await self._clock.sleep(LOOK_AGAIN_S)
            yield
        finally:
            await on_disk(lock.path, lock.release)


def _is_here(model: Path, voice: PublishedVoice) -> bool:
    return _size(model) == voice.model.size_bytes and piper_shelf.config_path(model).exists()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # not begun, or put in its place by another process at this very moment
        return 0
