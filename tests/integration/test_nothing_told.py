"""Whatever breaks: no word of the text stands in a log line, an error, or what is remembered of a request."""

from __future__ import annotations

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import structlog

from tests.fakes.cut_house import CutHouse
from tests.fakes.idle_loop import run_idle
from tests.fakes.word_server_adapter import WordServerAdapter
from tests.fakes.word_sound import Tones, WordSound
from tests.fakes.word_times import EspeakTimes
from tests.servers.word_server import Fault, FaultKind, WordServer
from wyoming_tts.telemetry.log import close, configure, flush

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXT = "The quokka of Zanzibar hid 4711 ducats. Nobody else may know where."
SECRETS = ("quokka", "zanzibar", "4711", "ducats")


@pytest.fixture(scope="module")
def times() -> Iterator[EspeakTimes]:
    with EspeakTimes() as made:
        yield made


@dataclass(frozen=True, slots=True)
class Always:
    """Every utterance breaks after a third."""

    kind: FaultKind

    def __call__(self, size: int) -> Fault:
        return Fault(self.kind, size // 3)


@pytest.mark.parametrize("nobody", [False, True], ids=["carried on", "nobody can"])
@pytest.mark.parametrize("kind", FaultKind, ids=lambda kind: kind.value.replace(" ", "-"))
def test_a_broken_answer_tells_nothing_of_its_text(
    times: EspeakTimes, kind: FaultKind, request: pytest.FixtureRequest, *, nobody: bool
) -> None:
    async def say(folder: Path) -> str:
        tones = Tones(2)
        sounds = [WordSound(times, tones, number, rate=8_000) for number in range(2)]
        trouble = Always(kind)
        async with (
            WordServer(folder / "1", sounds[0], marks=False, trouble=trouble),
            WordServer(folder / "2", sounds[1], trouble=trouble if nobody else None),
        ):
            adapters = [
                WordServerAdapter("one", folder / "1", marks=False),
                WordServerAdapter("two", folder / "2", True),
            ]
            heard = await CutHouse(*adapters, times=times).say(TEXT, "en-us")
            assert heard.record.failures
            return f"{heard.error!r} {getattr(heard.error, 'failures', '')!r} {heard.record!r}"

    log = io.StringIO()
    configure("info", "json", log)
    request.addfinalizer(structlog.reset_defaults)
    request.addfinalizer(close)
    with tempfile.TemporaryDirectory(prefix="told-") as folder:
        remembered = run_idle(say(Path(folder)))
    assert flush(10)
    written = log.getvalue()
    assert '"event": "request"' in written or '"event":"request"' in written
    told = (remembered + written).casefold()
    assert [secret for secret in SECRETS if secret in told] == []
