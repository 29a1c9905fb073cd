"""A Wyoming server of somebody else's with the knobs of a fake cloud, as far as they mean something there."""

from __future__ import annotations

import tempfile
from contextlib import AsyncExitStack
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

from tests.fakes.model_host import until
from tests.servers.fake_api import Knob
from tests.servers.foreign_server import ForeignServer, Script, Trouble, foreign_server

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wyoming.event import Event

TROUBLES: Mapping[Knob, Trouble] = MappingProxyType(
    {
        Knob.OK: Trouble.NONE,
        Knob.NO_HEADERS: Trouble.NO_ANSWER,
        Knob.STALL: Trouble.STALLED,
        Knob.CUT: Trouble.CLOSED_EARLY,
        Knob.EMPTY: Trouble.NOTHING,
        Knob.WRONG_TYPE: Trouble.NO_FORMAT,
        Knob.GARBAGE: Trouble.GARBAGE,
        Knob.SERVER_ERROR: Trouble.ERROR,
    }
)


class ForeignFake:
    """Listens while its context is open, always at the same place."""

    def __init__(self) -> None:
        self.script = Script()
        self.at = 0
        self.folder = Path(tempfile.mkdtemp(prefix="foreign-"))
        """Short, since a socket's path is."""
        self._path = self.folder / "s"
        self.url = f"unix://{self._path}"
        self._server: ForeignServer | None = None
        self._stack = AsyncExitStack()

    @property
    def knob(self) -> Knob:
        return next(knob for knob, trouble in TROUBLES.items() if trouble is self.script.trouble)

    @knob.setter
    def knob(self, knob: Knob) -> None:
        self.script.trouble = TROUBLES[knob]
        if knob is Knob.CUT and not self.at:
            self.script.trouble = Trouble.CLOSED_AT_ONCE

    @property
    def asked(self) -> Sequence[Event]:
        return self._server.requests() if self._server else ()

    @property
    def open(self) -> int:
        return len(self._server.writers) if self._server else 0

    @property
    def most_open(self) -> int:
        return self._server.most_open if self._server else 0

    async def __aenter__(self) -> Self:
        self._server = await self._stack.enter_async_context(foreign_server(self.script, path=str(self._path)))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
        self._server = None
        self._path.unlink(missing_ok=True)

    async def idle(self) -> None:
        await until(lambda: not self.open)
