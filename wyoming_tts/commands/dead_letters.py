"""`wyoming-tts dead-letters`: the requests that nobody could speak."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.commands.exit_code import ExitCode
from wyoming_tts.commands.table import plain, table
from wyoming_tts.store.database import DATABASE_NAME, Database
from wyoming_tts.store.dead_letters import SCHEMA, DeadLetters, UnknownLetter

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path
    from typing import TextIO

    from wyoming_tts.settings.model import Settings
    from wyoming_tts.store.dead_letters import DeadLetter

HOW_TO_KEEP = (
    "Its text was not kept, so it cannot be spoken again. With `privacy.keep_failed_text: true` in the settings the "
    "texts of such requests are kept from then on."
)


async def run(
    args: argparse.Namespace, settings: Settings, *, out: TextIO | None = None, err: TextIO | None = None
) -> int:
    """Do what the command says and return its exit code; raises TtsError."""
    command = _DeadLettersCommand(settings, out or sys.stdout, err or sys.stderr)
    try:
        match args.dead_letters_command:
            case "list":
                return await command.list()
            case "show":
                return await command.show(args.id)
            case "replay":
                return await command.replay(args.id, args.output)
            case _:
                return await (command.drop_all() if args.all else command.drop(args.id))
    except UnknownLetter as error:
        command.err.write(f"{error}\n")
        return ExitCode.WRONG_USE
    except sqlite3.Error as error:
        command.err.write(f"{command.path} cannot be used ({error}).\n")
        return ExitCode.FAILED


@dataclass(frozen=True, slots=True)
class _DeadLettersCommand:
    settings: Settings
    out: TextIO
    err: TextIO

    @property
    def path(self) -> Path:
        return self.settings.server.data_path / DATABASE_NAME

    async def list(self) -> int:
        async with self._letters() as letters:
            found = await letters.list()
        if not found:
            self.err.write("No request has failed.\n")
            return ExitCode.DONE
        rows = [
            (
                letter.id,
                _local(letter.at),
                plain(letter.voice),
                plain(letter.client),
                str(letter.chars),
                "kept" if letter.text is not None else "-",
                ", ".join(dict.fromkeys(failure.code for failure in letter.failures)),
            )
            for letter in found
        ]
        head = ("ID", "WHEN", "VOICE", "CLIENT", "CHARS", "TEXT", "WHY")
        self.out.writelines(table(head, rows, right=frozenset({"CHARS"})))
        return ExitCode.DONE

    async def show(self, prefix: str) -> int:
        letter = await self._get(prefix)
        about = [
            ("ID", letter.id),
            ("When", _local(letter.at)),
            ("Voice", letter.voice),
            ("Client", letter.client),
            ("Characters", str(letter.chars)),
            ("Hash", letter.text_hash),
            ("Text", letter.text if letter.text is not None else "not kept"),
        ]
        self.out.writelines(f"{name + ':':12}{plain(value)}\n" for name, value in about)
        self.out.write("Failures:\n")
        self.out.writelines(
            f"  {plain(failure.provider)}: {failure.code}: {plain(failure.message)}\n" for failure in letter.failures
        )
        return ExitCode.DONE

    async def replay(self, prefix: str, output: str | None) -> int:
        letter = await self._get(prefix)
        if letter.text is None:
            self.err.write(f"{letter.id}: {HOW_TO_KEEP}\n")
            return ExitCode.FAILED
        from wyoming_tts.commands import say  # noqa: PLC0415 - to look at letters nobody needs a house

        # In its own voice or not at all: with other settings than the server's another one would speak.
        fallback = self.settings.fallback.model_copy(update={"unknown_voice": "error"})
        settings = self.settings.model_copy(update={"fallback": fallback})
        code = await say.run(settings, say.Wanted(letter.text, voice=letter.voice or None, output=output))
        if code == ExitCode.DONE:
            async with self._letters() as letters:
                await letters.drop(letter.id)
            self.err.write(f"{letter.id} was spoken and is dropped.\n")
        return code

    async def drop(self, prefix: str) -> int:
        async with self._letters() as letters:
            letter = await letters.get(prefix)
            await letters.drop(letter.id)
        self.out.write(f"Dropped {letter.id}.\n")
        return ExitCode.DONE

    async def drop_all(self) -> int:
        async with self._letters() as letters:
            dropped = len(await letters.list())
            await letters.drop_all()
        self.out.write(f"Dropped {dropped}.\n")
        return ExitCode.DONE

    async def _get(self, prefix: str) -> DeadLetter:
        async with self._letters() as letters:
            return await letters.get(prefix)

    @asynccontextmanager
    async def _letters(self) -> AsyncIterator[DeadLetters]:
        # Looking must not leave a file behind, whose owner might not be the server's user.
        database = Database(self.path if self.path.exists() else None, [SCHEMA])
        limits = self.settings.limits
        await database.open()
        try:
            if database.problem:
                self.err.write(f"{database.problem}\n")
            yield DeadLetters(
                database,
                max_count=limits.dead_letters,
                max_days=limits.dead_letter_days,
                max_bytes=limits.dead_letters_mb * 1_000_000,
            )
        finally:
            await database.aclose()


def _local(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
