"""Columns line up, and nothing in them steers the terminal."""

from wyoming_tts.commands.table import plain, table


def test_columns_line_up() -> None:
    lines = table(("NAME", "SIZE", ""), [("a", "1", ""), ("long name", "1000", "x")], right=frozenset({"SIZE"}))
    assert list(lines) == ["NAME       SIZE\n", "a             1\n", "long name  1000  x\n"]


def test_what_steers_a_terminal_is_replaced() -> None:
    assert plain("a\x1b[2Jb\r\nc\tZoë") == "a\ufffd[2Jb\ufffd\nc\ufffdZoë"
