"""An adapter to something elsewhere, the fake that stands for it, and what the contract asks of both."""

from __future__ import annotations

import logging
import shutil
import traceback
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

from structlog.testing import capture_logs

from tests.fakes.clock import FakeClock
from tests.servers.fake_api import Knob
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.net.http_session import HttpSession
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.speech.audio import AudioFormat
    from wyoming_tts.speech.voice import Voice

KEY = "sk-secret-0123456789"
TEXT = "Hush, a word of the house."
"""What must never be read in a log or an error, and is quoted by every refusal of the fakes."""
READ_TIMEOUT_S = 0.3
"""Ten times what anything here takes on loopback, and short enough to wait for."""

EVERY_KNOB = frozenset(Knob)


class Fake(Protocol):
    """What the contract turns and reads at a fake server; `tests.servers.fake_api.FakeApi` has it all."""

    knob: Knob
    at: int
    url: str

    @property
    def open(self) -> int: ...

    @property
    def most_open(self) -> int: ...

    @property
    def asked(self) -> Sequence[object]: ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(self, *_: object) -> None: ...

    async def idle(self) -> None: ...


class Shelf:
    """A memory of voice lists that a later adapter of the test finds as the earlier one left it."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Sequence[Voice]] = {}

    async def recall(self, provider: str, origin: str) -> Sequence[Voice]:
        return self.kept.get((provider, origin), ())

    async def keep(self, provider: str, origin: str, voices: Sequence[Voice]) -> None:
        self.kept[provider, origin] = voices


@dataclass
class RemoteSubject:
    """Made by one function for each kind, in `makers`. `start` opens the fake and makes the adapter."""

    fake: Fake
    build: Callable[[str, AdapterContext], Adapter]
    """Makes the adapter for a server at this address, with KEY, READ_TIMEOUT_S and `concurrency` where it has them."""
    voice: str
    seconds: float
    """How long the fake's audio plays."""
    middle: int = 6_000
    """A byte of the fake's body in the midst of its audio."""
    concurrency: int = 2
    """Utterances at the same time that it is allowed; 0 where there is no such limit."""
    knobs: frozenset[Knob] = EVERY_KNOB
    """Those that the fake knows. Raw PCM cannot tell GARBAGE from audio: that is the gate's work."""
    folder: Path | None = None
    """Made for the fake, and gone with it."""
    patient: bool = False
    """Waits as long as it is let: the house's own patience is what ends it."""
    keyed: bool = True
    """Sends a key."""
    clock: FakeClock = field(default_factory=FakeClock)
    memory: Shelf = field(default_factory=Shelf)
    http: HttpSession = field(default_factory=HttpSession)
    told: list[str] = field(default_factory=list)
    """Every log line of the test, and every failure with all that it came from."""
    adapter: Adapter = field(init=False)
    context: AdapterContext = field(init=False)

    async def start(self, folder: Path) -> None:
        self.context = AdapterContext(
            folder, WorkerPool(None, clock=self.clock), self.clock, WorkerSettings(), http=self.http, memory=self.memory
        )
        await self.fake.__aenter__()
        self.adapter = self.build(self.fake.url, self.context)
        await self.adapter.start()

    async def close(self) -> None:
        await self.adapter.aclose()
        await self.http.aclose()
        await self.fake.__aexit__(None, None, None)
        if self.folder is not None:
            shutil.rmtree(self.folder)

    def another(self) -> Adapter:
        """Return a second adapter of the same provider, as after a restart."""
        return self.build(self.fake.url, self.context)

    def turn(self, knob: Knob, at: int | None = None) -> None:
        """Let this go wrong from now on, at a byte of the body or in its middle."""
        self.fake.at = self.middle if at is None else at
        self.fake.knob = knob

    def utterance(self, text: str = TEXT, *, voice: str = "") -> Utterance:
        return Utterance(text, voice or self.voice, answer_id="a1")

    async def spoken(self, text: str = TEXT) -> tuple[AudioFormat, bytes]:
        """Return all audio of an utterance."""
        heard = bytearray()
        async with self.adapter.synthesize(self.utterance(text)) as stream:
            async for chunk in stream.chunks:
                assert chunk.pcm
                assert len(chunk.pcm) % stream.format.frame_bytes == 0
                heard += chunk.pcm
        return stream.format, bytes(heard)

    async def heard_whole(self) -> None:
        """Check that an utterance is heard from its beginning to its end; codecs add and lose a little."""
        format_, pcm = await self.spoken()
        assert (format_.width, format_.channels) == (2, 1)
        assert abs(format_.seconds(len(pcm)) - self.seconds) < 0.1

    async def failing(self) -> tuple[Exception, float]:
        """Return how an utterance failed and how many seconds were heard before."""
        seconds = 0.0
        try:
            async with self.adapter.synthesize(self.utterance()) as stream:
                async for chunk in stream.chunks:
                    seconds += stream.format.seconds(len(chunk.pcm))
        except Exception as error:  # noqa: BLE001 - the test says which it must be
            self.note(error)
            return error, seconds
        raise AssertionError("nothing failed")

    def note(self, error: BaseException) -> None:
        """Keep all that a log with everything in it would show of a failure."""
        self.told.extend(traceback.format_exception(error))
        for part in _chain(error):
            self.told.extend([str(part), repr(part), repr(vars(part)) if hasattr(part, "__dict__") else ""])


class Listening:
    """Writes down every line of the logs, structlog's and the standard one's, while it is open."""

    def __init__(self, told: list[str]) -> None:
        self._told = told
        self._structlog = capture_logs()
        self._handler = _Handler(told)
        self._level = logging.root.level

    def __enter__(self) -> None:
        self._lines = self._structlog.__enter__()
        logging.root.addHandler(self._handler)
        logging.root.setLevel(logging.DEBUG)

    def __exit__(self, *_: object) -> None:
        logging.root.setLevel(self._level)
        logging.root.removeHandler(self._handler)
        self._structlog.__exit__(None, None, None)
        self._told.extend(map(repr, self._lines))


class _Handler(logging.Handler):
    def __init__(self, told: list[str]) -> None:
        super().__init__()
        self._told = told

    def emit(self, record: logging.LogRecord) -> None:
        self._told.append(record.getMessage())
        if record.exc_info and record.exc_info[1] is not None:
            self._told.extend(traceback.format_exception(record.exc_info[1]))


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """Yield a failure and all that it came from, hidden or not."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        part = waiting.pop()
        if part is not None and id(part) not in seen:
            seen.add(id(part))
            yield part
            waiting += [part.__cause__, part.__context__]
