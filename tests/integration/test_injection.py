"""Engine markup in a client's text is spoken or dropped, never obeyed; the table is printed with `-s`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.fakes.piper_voice import build_piper_voice
from tests.fakes.wyoming_client import tcp_say
from tests.servers.real_server import real_server

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Row:
    """What a client writes, and the plain text that must sound the same."""

    wrote: str
    said: str


ROWS = [
    Row("Hello [[w3:ld]] there.", "Hello w3:ld there."),
    Row("Hello [[ həˈləʊ ]] there.", "Hello həˈləʊ there."),  # noqa: RUF001 - phonemes
    Row('Wait <break time="5s"/> here.', "Wait here."),
    Row("<speak>Good <emphasis>morning</emphasis>.</speak>", "Good morning."),
    Row('<prosody rate="x-slow" volume="silent">Good morning.</prosody>', "Good morning."),
    Row('<audio src="/etc/passwd"/>Good morning.', "Good morning."),
    Row("<voice name='de'>Good morning.</voice>", "Good morning."),
    Row("Good\0 morning.", "Good morning."),
    Row("\0", ""),
    Row("\x0150SGood morning.", "50SGood morning."),
    Row("[S1] Good morning.", "S1 Good morning."),
    Row("Good \u202emorning\u202c.", "Good morning."),
]


@pytest.mark.parametrize("engine", ["espeak/en-us", "piper/en_US-tiny-low"])
async def test_markup_in_a_client_s_text_is_never_obeyed(tmp_path: Path, engine: str) -> None:
    """The seconds of both must agree: a pause, another voice, other phonemes or a lost end would show."""
    build_piper_voice(tmp_path / "voices", "en_US-tiny-low")
    async with real_server(tmp_path) as server:
        port = await server.port()
        for row in ROWS:
            wrote, said = await tcp_say(port, row.wrote, engine), await tcp_say(port, row.said, engine)
            print(f"{engine:22} {row.wrote!r:70} as {row.said!r:24} {wrote.seconds:.2f} s, {said.seconds:.2f} s")  # noqa: T201 - the table asked for
            assert wrote.whole
            assert said.whole
            assert wrote.seconds == pytest.approx(said.seconds, abs=0.02), row
