from __future__ import annotations

import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from wyoming_tts.telemetry.line import ConsoleLine, escaped, json_line, plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Küche 12 °C", "Küche 12 °C"),
        ("a\nb\r\t", r"a\nb\r\t"),
        ("\x1b[2J\x00\x7f\x9b", r"\x1b[2J\x00\x7f\x9b"),
        ("\u2028\u202e\u2066", r"\u2028\u202e\u2066"),
        ("\ud800", r"\ud800"),
    ],
)
def test_what_is_no_ordinary_character_is_spelt_out(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_every_value_becomes_plain_and_bounded() -> None:
    value = {"b": b"\0" * 9, "n": float("nan"), "p": Path("/x"), "s": {3}, "k": SecretStr("canary"), 1: None}
    found = plain(value, messages=True)
    assert found == {"b": "<9 bytes>", "n": "nan", "p": "/x", "s": [3], "k": "**********", "1": None}
    json.dumps(found, allow_nan=False)
    assert len(plain("x" * 100_000, messages=True)) < 2_100
    assert len(plain(list(range(1_000)), messages=True)) == 50
    endless: list[object] = []
    endless.append(endless)
    assert "[...]" in json.dumps(plain(endless, messages=True))


def test_an_errors_own_words_are_left_out_unless_asked_for() -> None:
    assert plain([ValueError("canary")], messages=False) == ["ValueError"]
    assert plain([ValueError("canary")], messages=True) == ["ValueError: canary"]


def test_a_console_line_reads_well() -> None:
    event = {
        "event": "ready",
        "level": "info",
        "timestamp": "T",
        "voice": "a b",
        "n": 1,
        "ok": True,
        "e": "",
        "p": "x/y",
    }
    assert ConsoleLine(colours=False)(None, "info", event) == 'T info     ready voice="a b" n=1 ok=true e="" p=x/y'


def test_only_libraries_are_named_on_the_console() -> None:
    line = ConsoleLine(colours=False)
    assert line(None, "info", {"event": "x", "logger": "wyoming_tts.house"}).endswith("x")
    assert line(None, "info", {"event": "x", "logger": "aiohttp"}).endswith("x logger=aiohttp")


@pytest.mark.parametrize("hostile", ["a\nT error forged", "a\r\x1b[2K", 'a" b="c', "a\u2028b"])
def test_a_hostile_value_stays_in_its_line_and_its_quotes(hostile: str) -> None:
    event = {"event": hostile, "level": "info", "k": hostile, hostile: hostile}
    console = ConsoleLine(colours=False)(None, "info", event)
    assert console.isprintable()
    assert json.loads(json_line(None, "info", event)) == event
    assert json_line(None, "info", event).isascii()
    assert "\n" not in json_line(None, "info", event)


def test_colours_are_ours_alone() -> None:
    line = ConsoleLine(colours=True)(None, "info", {"event": "x", "level": "error", "k": "\x1b[31m"})
    assert "\x1b[31merror" in line
    assert line.endswith(r"=\x1b[31m")
