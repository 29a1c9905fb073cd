"""`voices` as its user meets it: what it prints, what it leaves on the disk, and its exit codes."""

from __future__ import annotations

import argparse
import random
import re
from io import StringIO
from typing import TYPE_CHECKING

import pytest

from tests.fakes.hasty_clock import HastyClock
from tests.servers.voice_catalog import Fault, VoiceCatalogServer
from wyoming_tts.commands.arguments import add_voices
from wyoming_tts.commands.voices import PiperPlace, run

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

MODEL = random.Random(4).randbytes(2_500_000)


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


class Cli:
    """The command with its surroundings; `out` and `err` hold what the last call wrote."""

    def __init__(self, server: VoiceCatalogServer, data_dir: Path) -> None:
        self.server = server
        self.data_dir = data_dir
        self.catalog_url = server.base_url
        self.out = self.err = ""

    async def __call__(self, *words: str, terminal: bool = False) -> int:
        parser = argparse.ArgumentParser()
        add_voices(parser)
        out, err = Terminal() if terminal else StringIO(), StringIO()
        code = await run(
            parser.parse_args(words),
            PiperPlace(self.data_dir, self.catalog_url, providers=("piper", "upstairs")),
            out=out,
            err=err,
            clock=HastyClock(),
        )
        self.out, self.err = out.getvalue(), err.getvalue()
        return code


@pytest.fixture
async def cli(tmp_path: Path) -> AsyncIterator[Cli]:
    async with VoiceCatalogServer() as server:
        server.publish("en_US-lessac-medium", MODEL, aliases=("en-us-lessac-medium",))
        server.publish("en_GB-vctk-medium", MODEL, speakers=109)
        server.publish("de_DE-thorsten-low", MODEL)
        yield Cli(server, tmp_path)


async def test_nothing_installed_is_no_failure(cli: Cli) -> None:
    assert await cli("list") == 0
    assert cli.out == ""
    assert "No Piper voice" in cli.err
    assert cli.server.asked == []


async def test_download_list_remove(cli: Cli) -> None:
    assert await cli("download", "en_US-lessac-medium", "de_DE-thorsten-low") == 0
    folder = cli.data_dir / "voices"
    assert (folder / "en_US-lessac-medium.onnx").read_bytes() == MODEL
    percents = re.findall(r"^en_US-lessac-medium: (\d+) %$", cli.out, re.MULTILINE)
    assert percents == sorted(set(percents), key=int)
    assert (percents[0], percents[-1]) == ("0", "100")
    assert {int(percent) % 10 for percent in percents} == {0}
    assert cli.err == ""

    (cli.data_dir / "own.onnx").write_bytes(b"x" * 1000)
    (cli.data_dir / "own.onnx.json").write_text('{"language": {"code": "nl_NL"}, "num_speakers": 2}')
    assert await cli("list") == 0
    assert [line.split()[:5] for line in cli.out.splitlines()] == [
        ["NAME", "LANGUAGE", "SPEAKERS", "SIZE", "FOLDER"],
        ["de_DE-thorsten-low", "de-DE", "1", "3", "MB"],
        ["en_US-lessac-medium", "en-US", "1", "3", "MB"],
        ["own", "nl-NL", "2", "1", "kB"],
    ]
    assert await cli("list", "--language", "de") == 0
    assert [line.split()[0] for line in cli.out.splitlines()] == ["NAME", "de_DE-thorsten-low"]

    assert await cli("remove", "en_US-lessac-medium") == 0
    assert "en_US-lessac-medium.onnx.json" in cli.out
    assert sorted(path.name for path in folder.iterdir()) == ["de_DE-thorsten-low.onnx", "de_DE-thorsten-low.onnx.json"]


async def test_a_name_may_stand_as_home_assistant_shows_it(cli: Cli) -> None:
    assert await cli("download", "piper/de_DE-thorsten-low", "upstairs/en_GB-vctk-medium") == 0
    assert await cli("remove", "piper/en_GB-vctk-medium") == 0
    assert await cli("remove", "espeak/de_DE-thorsten-low") == 2
    assert [path.name for path in (cli.data_dir / "voices").glob("*.onnx")] == ["de_DE-thorsten-low.onnx"]


async def test_the_catalogue_in_columns(cli: Cli) -> None:
    await cli("download", "de_DE-thorsten-low")
    assert await cli("list", "--all") == 0
    head, *rows = cli.out.splitlines()
    assert head.split() == ["NAME", "LANGUAGE", "QUALITY", "SPEAKERS", "SIZE"]
    assert [row.split()[0] for row in rows] == ["de_DE-thorsten-low", "en_GB-vctk-medium", "en_US-lessac-medium"]
    assert rows[0].endswith("3 MB  installed")
    assert rows[1].split()[-3:] == ["109", "3", "MB"]
    assert len({row.index(" MB") for row in rows}) == 1


async def test_search(cli: Cli) -> None:
    assert await cli("search", "great", "britain") == 0
    assert [line.split()[0] for line in cli.out.splitlines()] == ["NAME", "en_GB-vctk-medium"]
    assert await cli("search", "medium", "--language", "en-US") == 0
    assert [line.split()[0] for line in cli.out.splitlines()] == ["NAME", "en_US-lessac-medium"]
    assert await cli("search", "nobody") == 2
    assert cli.out == ""


async def test_a_bar_on_a_terminal(cli: Cli) -> None:
    assert await cli("download", "en-us-lessac-medium", terminal=True) == 0
    *_, last, end = cli.out.splitlines()
    assert last.split("\r")[-1] == f"en_US-lessac-medium  [{'#' * 24}] 100 % of 3 MB"
    assert end.startswith("en_US-lessac-medium is in ")


async def test_a_typo_is_answered_with_the_nearest_before_anything_comes(cli: Cli) -> None:
    assert await cli("download", "de_DE-thorsten-low", "en_US-lesac-medium") == 2
    assert cli.err == "'en_US-lesac-medium' is not in the catalogue; did you mean en_US-lessac-medium?\n"
    assert not (cli.data_dir / "voices").exists()


@pytest.mark.parametrize("name", ["en_US-lessac-medum", "../own", "/etc/passwd", "", "*"])
async def test_only_what_is_listed_can_be_removed(cli: Cli, name: str) -> None:
    await cli("download", "en_US-lessac-medium")
    outside = cli.data_dir.parent / "own.onnx"
    outside.touch()
    outside.with_name("own.onnx.json").touch()
    assert await cli("remove", name) == 2
    assert "is not installed" in cli.err
    assert ("did you mean en_US-lessac-medium?" in cli.err) == ("lessac" in name)
    assert outside.exists()
    assert (cli.data_dir / "voices" / "en_US-lessac-medium.onnx").exists()


async def test_a_failed_download_is_one_sentence_and_goes_on_next_time(cli: Cli) -> None:
    path = next(path for path in cli.server.files if path.endswith("lessac-medium.onnx"))
    cli.server.always[path] = Fault(cut_at=300_000)
    assert await cli("download", "en_US-lessac-medium", "de_DE-thorsten-low", terminal=True) == 1
    assert cli.err.startswith("the voice catalogue is not available (en_US-lessac-medium.onnx: ")
    assert cli.err.count("\n") == 1
    assert (cli.data_dir / "voices" / "de_DE-thorsten-low.onnx").exists()
    kept = (cli.data_dir / "voices" / "en_US-lessac-medium.onnx.part").stat().st_size
    assert kept > 0
    cli.server.always.clear()
    assert await cli("download", "en_US-lessac-medium") == 0
    assert cli.server.ranges(path)[-1] == f"bytes={kept}-"
    assert (cli.data_dir / "voices" / "en_US-lessac-medium.onnx").read_bytes() == MODEL


async def test_offline_the_kept_list_is_shown_with_a_note(cli: Cli) -> None:
    assert await cli("list", "--all") == 0
    shown = cli.out
    cli.server.always["voices.json"] = Fault(status=502)
    assert await cli("list", "--all") == 0
    assert cli.out == shown
    assert cli.err.startswith("Note: the voice catalogue is not available (voices.json: HTTP 502). ")


async def test_offline_without_a_kept_list_is_one_sentence(cli: Cli) -> None:
    cli.server.always["voices.json"] = Fault(status=502)
    assert await cli("search", "x") == 1
    assert cli.err == "the voice catalogue is not available (voices.json: HTTP 502)\n"


async def test_an_impossible_address_is_said_without_its_secret(cli: Cli) -> None:
    cli.catalog_url = "https://me:secret@host.example/voices"
    assert await cli("list", "--all") == 1
    assert "secret" not in cli.err


@pytest.mark.parametrize("words", [[], ["download"], ["search"], ["remove"], ["dance"]])
def test_a_command_that_says_nothing_to_do_is_a_usage_error(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    parser = argparse.ArgumentParser(prog="wyoming-tts")
    add_voices(parser.add_subparsers().add_parser("voices"))
    with pytest.raises(SystemExit) as caught:
        parser.parse_args(["voices", *words])
    assert caught.value.code == 2
    assert "usage: wyoming-tts voices" in capsys.readouterr().err
