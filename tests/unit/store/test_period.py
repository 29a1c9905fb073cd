"""Days and months as the owner's calendar has them."""

from __future__ import annotations

import os
import time
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from wyoming_tts.store.period import SHORTEST_WAIT_S, Period, Span

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def berlin() -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = "CET-1CEST,M3.5.0,M10.5.0/3"
    time.tzset()
    yield
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def test_a_moment_has_a_day_and_a_month() -> None:
    day, month = Period.current(datetime(2025, 2, 28, 23, 59))
    assert (day, month) == (Period(Span.DAY, date(2025, 2, 28)), Period(Span.MONTH, date(2025, 2, 1)))
    assert (day.name, month.name) == ("2025-02-28", "2025-02")


@pytest.mark.usefixtures("berlin")
@pytest.mark.parametrize(
    ("now", "day_h", "month_h"),
    [
        (datetime(2025, 2, 28, 22), 2, 2),
        (datetime(2025, 12, 31), 24, 24),
        (datetime(2025, 1, 1), 24, 31 * 24),
        (datetime(2025, 3, 30), 23, 2 * 24 - 1),  # the clocks go forward
        (datetime(2025, 10, 26), 25, 6 * 24 + 1),
    ],
)
def test_what_remains(now: datetime, day_h: float, month_h: float) -> None:
    day, month = Period.current(now)
    assert day.remaining_s(now) == day_h * 3600
    assert month.remaining_s(now) == month_h * 3600


def test_it_never_ends_at_once() -> None:
    now = datetime(2025, 6, 1, 23, 59, 59, 999_999)
    assert Period.current(now)[0].remaining_s(now) == SHORTEST_WAIT_S
