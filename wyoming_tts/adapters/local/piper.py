"""Piper voices from the disk; what is added or removed there is noticed."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import ClassVar, Literal

import structlog
from pydantic import Field

from wyoming_tts.adapters.base import Capabilities
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.local.piper_use import PiperUse
from wyoming_tts.adapters.local.worker import WorkerAdapter, host_for
from wyoming_tts.errors import ProviderError, ProviderUnavailable, UtteranceRejected
from wyoming_tts.settings.provider import ProviderSettings
from wyoming_tts.settings.section import Count
from wyoming_tts.speech.audio import AudioStream
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.telemetry.clock import Clock
from wyoming_tts.workers.host import WorkerHost
from wyoming_tts.workers.info import WorkerInfo
from wyoming_tts.workers.spec import WorkerSpec

CAPABILITIES = Capabilities(streams=True, marks=False, interleaves=True)
PARTS = Path("cache", "piper")
"""In the data folder: voices cut in parts, as large as the voices themselves."""
LOOK_EVERY_S = 2.0
"""How soon a voice copied into a folder can be spoken with; a look is one listing of each folder."""
# glibc keeps what a long sentence took: it raises its limit for giving memory back with every block that is freed, and
# lets each thread have a heap of its own. Measured, the resident memory of a speaking worker goes up and down by 11 MB;
# with these by 1.1 MB.
STEADY_MEMORY = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "131072",
    "MALLOC_TRIM_THRESHOLD_": "131072",
}

FolderState = frozenset[tuple[str, int, int]]
"""Path, size and time of every file of a voice."""

log = structlog.get_logger(__name__)


class PiperSettings(ProviderSettings):
    """Piper: neural voices that run on a small machine."""

    extra: ClassVar[str | None] = "piper"
    requires: ClassVar[tuple[str, ...]] = ("piper",)

    type: Literal["piper"] = "piper"
    """Which kind of engine this is."""
    download: Literal["auto", "never"] = "auto"
    """Whether a voice of the house's language is downloaded when there is none at all."""
    catalog_url: str = "https://huggingface.co/rhasspy/piper-voices/resolve/main"
    """Where voices are downloaded from."""
    voice_dirs: tuple[Path, ...] = ()
    """Folders with voices, besides the data folder and `voices` in it."""
    threads: Count | None = Field(default=None, ge=1, le=256)
    """How many processor cores one voice may use; leave it out for all of them."""
    max_loaded: Count = Field(default=3, ge=1, le=100)
    """How many voices stay in memory, about 220 MB each."""


class PiperAdapter(WorkerAdapter):
    """The voices in some folders. Without any there is no worker."""

    def __init__(
        self,
        name: str,
        host: WorkerHost,
        folders: Sequence[Path],
        clock: Clock,
        *,
        fetch: Callable[[], Coroutine[None, None, None]] | None = None,
    ) -> None:
        """`fetch` brings a first voice where there is none; it may take for ever and runs beside everything else."""
        super().__init__(name, host, CAPABILITIES)
        self._fetch = fetch
        self._fetching: asyncio.Task[None] | None = None
        self._folders = tuple(folders)
        self._clock = clock
        self._known: FolderState | None = None
        """What the worker's list belongs to; None for one that has to be asked for again."""
        self._told: dict[str, str] = {}
        """Why which file cannot be used, as it stands in the log."""
        self._use = PiperUse(name)
        self._watching: asyncio.Task[None] | None = None

    def marks_words(self, voice: str) -> bool:
        """Whether the voice says when which word is spoken: as soon as it is known to be spoken in parts."""
        return self._use.has_marks(voice)

    async def start(self) -> None:
        """Learn the voices, and go on looking for changes even where that fails."""
        if self._watching is None:
            self._watching = asyncio.create_task(self._watch(), name=f"folders of {self.name}")
        await self._look()
        if self._fetch is not None and self._fetching is None and not self._known:
            self._fetching = asyncio.create_task(self._bring(self._fetch), name=f"first voice of {self.name}")

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Speak in the worker, which is started where it is not running."""
        with self._asking_again():
            self._use.note(utterance.voice)
            async with self.host.synthesize(utterance) as stream:
                yield stream

    async def warm(self, voice: str) -> None:
        """Load the voice in the worker, which stays from now on."""
        with self._asking_again():
            self._use.note(voice)
            await super().warm(voice)

    async def probe(self) -> None:
        """Check that there are voices, and that the engine answers."""
        await self._look()
        if not self._known:
            raise ProviderUnavailable("no voices are installed", provider=self.name)
        await super().probe()

    async def aclose(self) -> None:
        """End the watching, the fetching and the worker."""
        for task in (self._watching, self._fetching):
            if task is not None:
                task.cancel()
                await asyncio.wait({task})
        await super().aclose()

    async def _watch(self) -> None:
        told: str | None = None
        while True:
            await self._clock.sleep(LOOK_EVERY_S)
            problem: str | None = None
            try:
                await self._look()
            except ProviderError as error:
                problem = error.code
            except Exception as error:  # noqa: BLE001 - one bad look must not be the last
                problem = type(error).__name__
            if problem is not None and problem != told:
                log.warning("voices cannot be listed", provider=self.name, code=problem)
            told = problem

    async def _look(self) -> None:
        """Ask the worker anew where the folders have changed."""
        state = await asyncio.to_thread(folder_state, self._folders)
        if state == self._known and (self.host.pid is None or not self._use.curious()):
            return
        self._info = await self.host.describe() if state else WorkerInfo()
        self._known = state
        self._tell()

    def _tell(self) -> None:
        """Warn once of each file that looks like a voice and is none."""
        reasons = {file.name: file.reason for file in self._info.remarks.unusable}
        for name, reason in reasons.items():
            if self._told.get(name) != reason:
                log.warning("voice cannot be used", provider=self.name, file=name, reason=reason)
        self._told = reasons
        self._use.learn(self._info)

    @contextmanager
    def _asking_again(self) -> Iterator[None]:
        """Have the list made anew after a refusal: the worker may have found that a file is no voice."""
        try:
            yield
        except UtteranceRejected:
            self._known = None
            raise

    async def _bring(self, fetch: Callable[[], Coroutine[None, None, None]]) -> None:
        try:
            await fetch()
        except Exception as error:  # noqa: BLE001 - nobody awaits it before the house closes
            log.warning("no Piper voice could be downloaded, other voices speak", reason=type(error).__name__)


def folder_state(folders: Sequence[Path]) -> FolderState:
    """Return which voices' files are there, empty where no folder has a model. Reads the disk: call it in a thread."""
    files = [file for folder in folders for file in _files(folder)]
    return frozenset(files) if any(path.endswith(".onnx") for path, _, _ in files) else frozenset()


def _files(folder: Path) -> Iterator[tuple[str, int, int]]:
    try:
        with os.scandir(folder) as entries:
            paths = [entry.path for entry in entries if entry.name.endswith((".onnx", ".onnx.json"))]
    except OSError:  # not made yet, or unplugged
        return
    for path in paths:
        with suppress(OSError):  # a link to nowhere, or gone since
            facts = os.stat(path)  # noqa: PTH116 - the names are plain text here
            yield path, facts.st_size, facts.st_mtime_ns


def build(name: str, settings: PiperSettings, context: AdapterContext) -> PiperAdapter:
    """Return the adapter to the voices of the data folder and of the settings' own folders."""
    folders = (context.data_dir, context.data_dir / "voices", *settings.voice_dirs)
    options = {
        "directories": [str(folder) for folder in folders],
        "threads": settings.threads or 0,
        "max_loaded": settings.max_loaded,
        "parts": str(context.data_dir / PARTS),
    }
    host = host_for(name, WorkerSpec("piper", options, env=STEADY_MEMORY), context)
    fetch = partial(_bring_first_voice, settings.catalog_url, folders, context) if settings.download == "auto" else None
    return PiperAdapter(name, host, folders, context.clock, fetch=fetch)


async def _bring_first_voice(catalog_url: str, folders: Sequence[Path], context: AdapterContext) -> None:
    """Download the best voice of the house's language in the background; only the owner's settings lead here."""
    catalogs, fetchers = await asyncio.to_thread(_downloading)
    voices_dir, cache_file = context.data_dir / "voices", context.data_dir / catalogs.CACHE_NAME
    catalog = catalogs.PiperCatalog(catalog_url, voices_dir, cache_file, context.clock)
    await fetchers.VoiceFetcher(catalog, folders, context.clock).run_once(context.language)


def _downloading() -> tuple[ModuleType, ModuleType]:
    """Import what sends HTTP: 0.15 s that a house with its voices on disk need not spend."""
    room = "wyoming_tts.adapters.local"
    return import_module(f"{room}.piper_catalog"), import_module(f"{room}.piper_fetch")
