"""An unexpected failure is traced to a line of ours."""

from __future__ import annotations

import asyncio
import linecache
from pathlib import Path

import pytest

import wyoming_tts
from wyoming_tts.protocol.framing import FrameLimits, read_event
from wyoming_tts.wire.unexpected import where

PACKAGE = Path(wyoming_tts.__file__).parent


async def failure() -> BaseException:
    """Return an error that Python's own code raised under ours, which this file called."""
    reader = asyncio.StreamReader()
    reader.set_exception(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError) as caught:
        await read_event(reader, FrameLimits())
    return caught.value


async def test_innermost_place_is_ours() -> None:
    file, _, line = where(await failure()).rpartition(":")
    assert Path(file) == PACKAGE / "protocol" / "framing.py"
    assert "readuntil" in linecache.getline(file, int(line))


async def test_of_a_group_it_is_the_first_error_s() -> None:
    error = await failure()
    assert where(BaseExceptionGroup("two", [error, ValueError()])) == where(error)


def test_without_a_place_of_ours_it_is_the_innermost() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 / 0
    assert where(caught.value).startswith(__file__)
    assert where(ValueError()) == "unknown"
