"""`wyoming-tts voices`: the Piper voices here and in the published catalogue."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.adapters.local import piper_shelf
from wyoming_tts.adapters.local.piper_catalog import CACHE_NAME, PiperCatalog
from wyoming_tts.adapters.local.piper_listing import nearest
from wyoming_tts.commands.exit_code import ExitCode
from wyoming_tts.commands.progress import ProgressLine, size
from wyoming_tts.errors import TtsError
from wyoming_tts.net.disk import on_disk
from wyoming_tts.speech.language import distance
from wyoming_tts.telemetry.clock import SystemClock

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence
    from pathlib import Path
    from typing import TextIO

    from wyoming_tts.adapters.local.piper_listing import Listing, PublishedVoice
    from wyoming_tts.adapters.local.piper_shelf import InstalledVoice
    from wyoming_tts.telemetry.clock import Clock


@dataclass(frozen=True, slots=True)
class PiperPlace:
    """Where this house has its Piper voices, and where it gets them."""

    data_dir: Path
    catalog_url: str
    voice_dirs: Sequence[Path] = ()
    providers: Sequence[str] = ("piper",)
    """What its Piper providers are called."""

    def bare(self, name: str) -> str:
        """Return the voice's own name of one written as Home Assistant shows it, `piper/en_US-lessac-medium`."""
        provider, slash, rest = name.partition("/")
        return rest if slash and provider in self.providers else name


async def run(
    args: argparse.Namespace,
    piper: PiperPlace,
    *,
    out: TextIO | None = None,
    err: TextIO | None = None,
    clock: Clock | None = None,
) -> int:
    """Do what the command says and return its exit code."""
    data_dir = piper.data_dir
    catalog = PiperCatalog(piper.catalog_url, data_dir / "voices", data_dir / CACHE_NAME, clock or SystemClock())
    folders = (data_dir, data_dir / "voices", *piper.voice_dirs)
    command = _VoicesCommand(catalog, folders, out or sys.stdout, err or sys.stderr)
    try:
        match args.voices_command:
            case "list" if not args.all:
                return await command.list_installed(args.language)
            case "download":
                return await command.download([piper.bare(name) for name in args.names])
            case "remove":
                return await command.remove(piper.bare(args.name))
            case _:
                return await command.list_published(getattr(args, "words", ()), args.language)
    except TtsError as error:
        command.complain(str(error))
        return ExitCode.FAILED


@dataclass(frozen=True, slots=True)
class _VoicesCommand:
    catalog: PiperCatalog
    folders: tuple[Path, ...]
    out: TextIO
    err: TextIO

    async def list_installed(self, language: str | None) -> int:
        voices = [voice for voice in await self._installed() if language is None or _speaks(voice, language)]
        if not voices:
            self.complain(
                f"No Piper voice is in {self.catalog.voices_dir}; `voices search` shows what can be downloaded."
            )
            return ExitCode.DONE
        self._table(
            ("NAME", "LANGUAGE", "SPEAKERS", "SIZE", "FOLDER"),
            [
                (voice.name, voice.language, str(voice.speakers), size(voice.size_bytes), str(voice.model.parent))
                for voice in voices
            ],
        )
        return ExitCode.DONE

    async def list_published(self, words: Sequence[str], language: str | None) -> int:
        await self._fetch()
        found = self.catalog.search(words, language)
        if not found:
            self.complain("The catalogue has no such voice.")
            return ExitCode.WRONG_USE
        here = {voice.name for voice in await self._installed()}
        self._table(
            ("NAME", "LANGUAGE", "QUALITY", "SPEAKERS", "SIZE", ""),
            [(*_columns(voice), "installed" if voice.key in here else "") for voice in found],
        )
        return ExitCode.DONE

    async def download(self, names: Sequence[str]) -> int:
        listing = await self._fetch()
        found = {name: listing.find(name) for name in names}
        for name, voice in found.items():
            if voice is None:
                self._unknown(name, "is not in the catalogue", listing.nearest(name))
        wanted = dict.fromkeys(voice for voice in found.values() if voice is not None)
        if None in found.values():
            return ExitCode.WRONG_USE
        return max([await self._download(voice) for voice in wanted])

    async def remove(self, name: str) -> int:
        installed = {voice.name: voice for voice in await self._installed()}
        voice = installed.get(name)
        if voice is None:
            self._unknown(name, "is not installed", nearest(name, installed))
            return ExitCode.WRONG_USE
        await on_disk(voice.model, piper_shelf.remove, voice)
        self.out.write(f"Removed {voice.model} and {voice.config.name} ({size(voice.size_bytes)}).\n")
        return ExitCode.DONE

    def complain(self, sentence: str) -> None:
        self.err.write(f"{sentence}\n")

    async def _download(self, voice: PublishedVoice) -> int:
        line = ProgressLine(self.out, voice.key, voice.size_bytes)
        try:
            with closing(line):
                model = await self.catalog.download(voice, line.update)
        except TtsError as error:
            self.complain(str(error))
            return ExitCode.FAILED
        self.out.write(f"{voice.key} is in {model.parent}.\n")
        return ExitCode.DONE

    async def _fetch(self) -> Listing:
        listing = await self.catalog.fetch()
        if listing.problem:
            self.complain(f"Note: {listing.problem}. This is the list kept {_ago(listing.age_s)}.")
        return listing

    async def _installed(self) -> list[InstalledVoice]:
        return await on_disk(self.catalog.voices_dir, piper_shelf.installed_voices, self.folders)

    def _unknown(self, name: str, what: str, meant: str | None) -> None:
        self.complain(f"{name!r} {what}" + (f"; did you mean {meant}?" if meant else "."))

    def _table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        lines = [head, *rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        for line in lines:
            cells = (
                cell.rjust(width) if title in {"SPEAKERS", "SIZE"} else cell.ljust(width)
                for cell, width, title in zip(line, widths, head, strict=True)
            )
            self.out.write("  ".join(cells).rstrip() + "\n")


def _columns(voice: PublishedVoice) -> tuple[str, ...]:
    language = f"{voice.language}  {voice.language_name}"
    return (voice.key, language, voice.quality, str(voice.speakers), size(voice.size_bytes))


def _speaks(voice: InstalledVoice, language: str) -> bool:
    away = distance(language, voice.language)
    return away is not None and away < 2


def _ago(age_s: float) -> str:
    for unit_s, unit in ((86400, "days"), (3600, "hours"), (60, "minutes")):
        if age_s >= 2 * unit_s:
            return f"{age_s // unit_s:.0f} {unit} ago"
    return "a moment ago"
