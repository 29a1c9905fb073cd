"""What every provider has spent: never more than its budget, and not forgotten at a sudden end."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from wyoming_tts.errors import BudgetExhausted
from wyoming_tts.store.budget import UNLIMITED, Budget, Spent
from wyoming_tts.store.period import Period

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from wyoming_tts.store.database import Database
    from wyoming_tts.store.period import Span

Key = tuple[str, str]
"""A provider's name and a period's."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS budgets (
    provider TEXT NOT NULL,
    period TEXT NOT NULL,
    chars INTEGER NOT NULL,
    micros INTEGER NOT NULL,
    warnings INTEGER NOT NULL,
    PRIMARY KEY (provider, period)
) WITHOUT ROWID;
"""
PATIENCE_S = 0.25
"""How long speech waits for what it spends to be written down; usually 1 ms, and a stuck disk must not mute it."""
KEPT_DAYS = 400
NOTICES_KEPT = 20

_ADD = """
INSERT INTO budgets VALUES (?, ?, ?, ?, ?) ON CONFLICT (provider, period) DO UPDATE SET
chars = chars + excluded.chars, micros = micros + excluded.micros, warnings = warnings + excluded.warnings
"""
_READ = "SELECT chars, micros, warnings FROM budgets WHERE provider = ? AND period = ?"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the owner should read in the log: a fixed sentence with fields."""

    event: str
    fields: Mapping[str, object]


@dataclass(slots=True)
class Reservation:
    """What was taken out of a budget ahead of speaking."""

    undo: Callable[[], None] | None

    def give_back(self) -> None:
        """Put it back, since nothing of it was used; twice is as good as once."""
        undo, self.undo = self.undo, None
        if undo is not None:
            undo()


class Ledger:
    """Counts by provider, day and month. Only what has a limit is written down.

    Several processes may share the file: each writes what it adds, and learns the sum.
    """

    def __init__(
        self, database: Database, *, now: Callable[[], datetime] = datetime.now, patience_s: float = PATIENCE_S
    ) -> None:
        """Take the database, which is open while this is used; `now` is the owner's local time, without a zone."""
        self._database = database
        self._now = now
        self._patience_s = patience_s
        self._known: dict[Key, Spent] = {}
        """As last seen in the file, and what is never written there."""
        self._in_flight: dict[Key, Spent] = {}
        self._unwritten: dict[Key, Spent] = {}
        self._version = 0
        """Of what is to be written."""
        self._tried = 0
        """The version up to which writing was tried."""
        self._writing: asyncio.Task[None] | None = None
        self._notices: deque[Notice] = deque(maxlen=NOTICES_KEPT)
        self._trouble = False

    async def load(self) -> None:
        """Read what was spent before; what is not read here is learnt with a provider's first reservation."""
        oldest = (self._now().date() - timedelta(days=KEPT_DAYS)).isoformat()
        try:
            self._known.update(await self._database.run(partial(_read_all, oldest)))
        except sqlite3.Error as error:
            self._in_trouble(str(error))

    async def reserve(self, provider: str, chars: int, budget: Budget) -> Reservation:
        """Take the cost out of the budget and write that down; raises BudgetExhausted where there is too little."""
        cost = budget.cost(chars)
        if not budget.limited:
            return Reservation(self._count(provider, cost, kept=False))
        self._check(provider, budget, cost)
        reservation = Reservation(self._count(provider, cost, kept=True))
        settled = False
        try:
            await self._written()
            self._check(provider, budget, Spent())  # another process may have spent as well
            settled = True
        finally:
            if not settled:
                reservation.give_back()
        self._warn(provider, budget)
        return reservation

    async def spend(self, provider: str, chars: int, budget: Budget = UNLIMITED) -> None:
        """Count what is spent in any case, as by a probe that costs money; raises nothing."""
        self._count(provider, budget.cost(chars), kept=budget.limited)
        if budget.limited:
            await self._written()
            self._warn(provider, budget)

    def spent(self, provider: str) -> Mapping[Span, Spent]:
        """Return what was used today and this month."""
        return {period.span: self._total((provider, period.name)) for period in Period.current(self._now())}

    def notices(self) -> list[Notice]:
        """Return what is new for the log; each is returned once."""
        new = list(self._notices)
        self._notices.clear()
        return new

    async def aclose(self) -> None:
        """Write what is not yet written, while the database is still open; may be called twice."""
        await self._written()

    def _check(self, provider: str, budget: Budget, more: Spent) -> None:
        now = self._now()
        waits: dict[float, str] = {}
        for period in Period.current(now):
            if passed := budget.passed(period.span, self._total((provider, period.name)) + more):
                waits[period.remaining_s(now)] = passed
        if waits:
            longest_s = max(waits)
            raise BudgetExhausted(waits[longest_s], provider=provider, retry_after_s=longest_s)

    def _count(self, provider: str, cost: Spent, *, kept: bool) -> Callable[[], None]:
        """Add to today and this month, and return what takes it back from the same ones."""
        keys = [(provider, period.name) for period in Period.current(self._now())]
        self._add(keys, cost, kept=kept)

        def undo() -> None:
            self._add(keys, -cost, kept=kept)
            if kept:
                self._begin_writing()

        return undo

    def _add(self, keys: Iterable[Key], amount: Spent, *, kept: bool) -> None:
        book = self._unwritten if kept else self._known
        self._version += kept
        for key in keys:
            book[key] = book.get(key, Spent()) + amount

    def _total(self, key: Key) -> Spent:
        books = (self._known, self._in_flight, self._unwritten)
        return sum((book.get(key, Spent()) for book in books), Spent())

    def _warn(self, provider: str, budget: Budget) -> None:
        for period in Period.current(self._now()):
            key = (provider, period.name)
            total = self._total(key)
            limit = budget.nearly(period.span, total)
            if limit and not total.warnings:
                self._add([key], Spent(warnings=1), kept=True)
                self._begin_writing()
                fields = {"provider": provider, "limit": limit, "characters": total.chars, "money": total.money}
                self._notices.append(Notice("budget nearly used up", fields))

    async def _written(self) -> None:
        """Wait until all that was counted so far is in the file, or for as long as speech can wait."""
        version = self._version
        try:
            async with asyncio.timeout(self._patience_s):
                while self._tried < version:
                    # The next one takes with it what was counted while the one before was written.
                    await asyncio.shield(self._begin_writing())
        except TimeoutError:
            self._in_trouble("it is too slow")

    def _begin_writing(self) -> asyncio.Task[None]:
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write())
        return self._writing

    async def _write(self) -> None:
        version = self._version
        self._in_flight, self._unwritten = self._unwritten, {}
        try:
            totals = await self._database.run(partial(_add_all, self._in_flight))
        except sqlite3.Error as error:
            for key, amount in self._in_flight.items():
                self._unwritten[key] = self._unwritten.get(key, Spent()) + amount
            self._in_trouble(str(error))
        else:
            self._known.update(totals)
            self._trouble = False
        finally:
            self._in_flight = {}
            self._tried = version

    def _in_trouble(self, reason: str) -> None:
        if not self._trouble:
            self._trouble = True
            self._notices.append(Notice("budgets cannot be written down and are counted in memory", {"reason": reason}))


def _add_all(amounts: Mapping[Key, Spent], connection: sqlite3.Connection) -> dict[Key, Spent]:
    """Write the additions and return the sums."""
    for key, amount in amounts.items():
        connection.execute(_ADD, (*key, amount.chars, amount.micros, amount.warnings))
    return {key: Spent(*connection.execute(_READ, key).fetchone()) for key in amounts}


def _read_all(oldest: str, connection: sqlite3.Connection) -> dict[Key, Spent]:
    """Return all sums, and forget those of days and months before `oldest`."""
    connection.execute("DELETE FROM budgets WHERE period < ?", (oldest,))
    rows = connection.execute("SELECT provider, period, chars, micros, warnings FROM budgets")
    return {(provider, period): Spent(*amounts) for provider, period, *amounts in rows}
