"""`dead-letters` as its user meets it: what it prints, and its exit codes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from wyoming_tts.commands.arguments import overrides, parser
from wyoming_tts.commands.dead_letters import run
from wyoming_tts.settings.model import Settings
from wyoming_tts.settings.server import ServerSettings
from wyoming_tts.store.database import DATABASE_NAME, Database
from wyoming_tts.store.dead_letters import SCHEMA, DeadLetter, DeadLetters, FailedLink

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = dict.fromkeys(("serve", "say", "check", "providers", "schema", "voices", "dead-letters"), lambda _: 0)
AT = datetime.now(UTC)
FAILURES = (
    FailedLink("cloud", "provider-unavailable", "cloud is not available (\x1b[2J)"),
    FailedLink("cloud", "provider-unavailable", "cloud is not available"),
    FailedLink("espeak", "no-audio", "espeak made no sound"),
)


class Cli:
    """The command in a data directory; `out` and `err` hold what the last call wrote."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.path = data_dir / DATABASE_NAME
        self.out = self.err = ""

    async def __call__(self, *words: str) -> int:
        out, err = StringIO(), StringIO()
        args = parser(COMMANDS).parse_args(["dead-letters", *words])
        settings = Settings(server=ServerSettings(data_dir=self.data_dir))
        code = await run(args, settings, out=out, err=err)
        self.out, self.err = out.getvalue(), err.getvalue()
        return code

    async def holds(self, *letters: DeadLetter) -> None:
        database = Database(self.path, [SCHEMA])
        await database.open()
        store = DeadLetters(database, max_count=100, max_days=30, max_bytes=10**6)
        for letter in letters:
            await store.add(letter)
        await database.aclose()


def letter(id_: str, text: str | None = None, *, age_s: float = 0) -> DeadLetter:
    return DeadLetter("Anna", "10.0.0.5", 17, "ab" * 32, text, FAILURES, AT - timedelta(seconds=age_s), id_)


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    return Cli(tmp_path / "data")


async def test_nothing_failed_and_looking_leaves_nothing_behind(cli: Cli) -> None:
    assert await cli("list") == 0
    assert (cli.out, cli.err) == ("", "No request has failed.\n")
    assert await cli("show", "aa") == 2
    assert cli.err == "No letter begins with 'aa'.\n"
    assert not cli.data_dir.exists()


async def test_the_list_in_columns(cli: Cli) -> None:
    await cli.holds(letter("aa01", "Hello."), letter("bb02"))
    assert await cli("list") == 0
    head, *rows = [line.split() for line in cli.out.splitlines()]
    assert head == ["ID", "WHEN", "VOICE", "CLIENT", "CHARS", "TEXT", "WHY"]
    when = AT.astimezone().strftime("%Y-%m-%d %H:%M:%S").split()
    why = ["provider-unavailable,", "no-audio"]
    assert rows == [
        ["bb02", *when, "Anna", "10.0.0.5", "17", "-", *why],
        ["aa01", *when, "Anna", "10.0.0.5", "17", "kept", *why],
    ]


async def test_one_in_full_and_harmless(cli: Cli) -> None:
    await cli.holds(letter("aa01", "Hello\x1b[2J."), letter("bb02"))
    assert await cli("show", "a") == 0
    assert "Text:       Hello\ufffd[2J.\n" in cli.out
    assert "\x1b" not in cli.out
    assert cli.out.splitlines()[-4:] == [
        "Failures:",
        "  cloud: provider-unavailable: cloud is not available (\ufffd[2J)",
        "  cloud: provider-unavailable: cloud is not available",
        "  espeak: no-audio: espeak made no sound",
    ]
    assert f"Hash:       {'ab' * 32}\n" in cli.out
    assert await cli("show", "b") == 0
    assert "Text:       not kept\n" in cli.out


async def test_without_its_text_it_cannot_be_replayed_and_stays(cli: Cli) -> None:
    await cli.holds(letter("aa01"))
    assert await cli("replay", "aa01") == 1
    assert cli.err.startswith("aa01: Its text was not kept")
    assert "privacy.keep_failed_text: true" in cli.err
    assert await cli("show", "aa01") == 0


async def test_drop_one_or_all(cli: Cli) -> None:
    await cli.holds(letter("aa01"), letter("aa02", "Hello."), letter("bb03"))
    assert await cli("drop", "aa") == 2
    assert cli.err == "Several letters begin with 'aa'.\n"
    assert await cli("drop", "aa02") == 0
    assert cli.out == "Dropped aa02.\n"
    assert await cli("drop", "--all") == 0
    assert cli.out == "Dropped 2.\n"
    assert await cli("list") == 0
    assert cli.out == ""


async def test_a_file_that_cannot_be_used_is_said(cli: Cli) -> None:
    cli.path.mkdir(parents=True)
    assert await cli("list") == 0
    assert cli.err.startswith(f"{cli.path} cannot be used (")


async def test_a_store_that_fails_is_one_sentence(cli: Cli) -> None:
    await cli.holds(letter("aa01"))
    database = Database(cli.path)
    await database.open()
    await database.run(lambda connection: connection.execute("DROP TABLE dead_letters"))
    await database.run(lambda connection: connection.execute("CREATE TABLE dead_letters (id)"))
    await database.aclose()
    assert await cli("list") == 1
    assert cli.err == f"{cli.path} cannot be used (no such column: at).\n"


@pytest.mark.parametrize("words", [[], ["show"], ["replay"], ["drop"], ["drop", "aa", "--all"], ["dance"]])
def test_what_says_nothing_to_do_is_a_usage_error(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parser(COMMANDS).parse_args(["dead-letters", *words])
    assert caught.value.code == 2
    assert "usage: wyoming-tts dead-letters" in capsys.readouterr().err


def test_flags_may_stand_before_and_after_the_word() -> None:
    for words in (["--data-dir", "/a", "show", "x"], ["show", "x", "--data-dir", "/a"]):
        assert overrides(parser(COMMANDS).parse_args(["dead-letters", *words])) == {"server.data_dir": "/a"}
