"""Programs that speak, and programs that do everything else."""

from __future__ import annotations

import asyncio
import shlex
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest
from pydantic import ValidationError

from tests.fakes.clock import FakeClock
from tests.fakes.encoded_audio import RATE_HZ, tone, wav
from tests.fakes.model_host import until
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.local import command
from wyoming_tts.adapters.local.command import CommandSettings, spoken
from wyoming_tts.errors import (
    BadAudio,
    NoAudio,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    SpeechCutOff,
    UtteranceRejected,
)
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.speech.audio import AudioFormat
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from wyoming_tts.adapters.local.command import CommandAdapter

    Make = Callable[..., CommandAdapter]

PCM = tone()
SPOKEN = Utterance("Hello there.", "default")
SOON_S = 1.0
"""Ten times what is promised for a listener who has gone."""
TURNS = 40


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Make]:
    """Yield what makes an adapter; when all are closed, nothing is left of any program."""
    clock = FakeClock()
    context = AdapterContext(tmp_path, WorkerPool(None, clock=clock), clock, WorkerSettings())
    made = []

    def adapter(*parts: str, **keys: Any) -> CommandAdapter:
        made.append(command.build("program", CommandSettings(command=parts, **keys), context))
        return made[-1]

    tasks, files = asyncio.all_tasks(), open_files()
    yield adapter
    for one in made:
        await one.aclose()
    assert psutil.Process().children() == []
    assert asyncio.all_tasks() - tasks <= {asyncio.current_task()}
    assert open_files() <= files


@pytest.fixture
def speech(tmp_path: Path) -> str:
    """Return the path of a WAV file, for a shell."""
    file = tmp_path / "speech.wav"
    file.write_bytes(wav(PCM))
    return shlex.quote(str(file))


def shell(script: str, *arguments: str) -> tuple[str, ...]:
    return ("sh", "-c", script, "sh", *arguments)


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def heard(adapter: CommandAdapter, utterance: Utterance = SPOKEN) -> tuple[AudioFormat, bytes]:
    async with adapter.synthesize(utterance) as stream:
        return stream.format, b"".join([chunk.pcm async for chunk in stream.chunks])


async def told(make: Make, tmp_path: Path, utterance: Utterance, *parts: str, **keys: Any) -> list[str]:
    """Return what the program was given: its standard input, then its arguments, one a line."""
    note = tmp_path / "note"
    script = f'cat >{note}; printf "\\n%s" "$@" >>{note}; cat {tmp_path}/speech.wav'
    (tmp_path / "speech.wav").write_bytes(wav(PCM))
    await heard(make(*shell(script, *parts), **keys), utterance)
    return note.read_text(encoding="utf-8").split("\n")


async def gone(pid: int) -> bool:
    """Whether the process ends within SOON_S; its new parent may take a moment to bury it."""
    end = time.monotonic() + SOON_S
    while time.monotonic() < end:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        await asyncio.sleep(0.01)
    return False


async def test_a_wav_is_heard(make: Make, speech: str) -> None:
    assert await heard(make(*shell(f"cat {speech}"))) == (AudioFormat(RATE_HZ), PCM)


async def test_raw_samples_are_heard(make: Make, speech: str) -> None:
    adapter = make(*shell(f"tail -c +45 {speech}"), output="pcm", rate=12_000, channels=2)
    format_, pcm = await heard(adapter)
    assert (format_, len(pcm)) == (AudioFormat(12_000), len(PCM) // 2)


async def test_audio_is_heard_before_the_program_has_ended(make: Make, speech: str) -> None:
    adapter = make(*shell(f"head -c 2044 {speech}; sleep 60"))
    async with adapter.synthesize(SPOKEN) as stream:
        assert (await anext(stream.chunks)).pcm == PCM[:2000]


async def test_the_text_goes_to_standard_input(make: Make, tmp_path: Path) -> None:
    text = "Ünïcödé; `rm -rf` $HOME\nsecond line\0\x01\ud800"
    lines = await told(make, tmp_path, Utterance(text, "default"), "-v")
    assert lines == ["Ünïcödé; `rm -rf` $HOME second line   ", "", "-v"]


async def test_the_text_goes_where_its_place_is(make: Make, tmp_path: Path) -> None:
    lines = await told(make, tmp_path, Utterance("-x [[[h]] $HOME", "default"), "-t", "{text}")
    assert lines == ["", "-t", " -x [ [ [h]] $HOME"]


async def test_a_long_text_goes_through_whole(make: Make, tmp_path: Path) -> None:
    text = "word " * 60_000
    assert (await told(make, tmp_path, Utterance(text, "default")))[0] == text
    (tmp_path / "note").unlink()
    with pytest.raises(UtteranceRejected, match="too long"):
        await told(make, tmp_path, Utterance(text, "default"), "{text}")


async def test_a_program_need_not_read_its_input(make: Make, speech: str) -> None:
    adapter = make(*shell(f"exec 0<&-; cat {speech}"))
    assert (await heard(adapter, Utterance("word " * 60_000, "default")))[1] == PCM


async def test_voice_language_and_prosody_are_told(make: Make, tmp_path: Path) -> None:
    voices = ("plain", {"name": "Anna", "value": "rms.flitevox", "languages": ["de"]})
    keys = {
        "voices": voices,
        "language": "en-GB",
        "natural_speed": 175.0,
        "natural_pitch": 50.0,
        "natural_volume": 100.0,
    }
    places = ("{voice}", "{language}", "{speed}", "{stretch}", "{pitch}", "{volume}")
    fast = Utterance("Hi", "Anna", prosody=Prosody(speed=1.5, pitch=0.9, volume=0.0))
    assert (await told(make, tmp_path, fast, *places, **keys))[2:] == [
        "rms.flitevox",
        "de",
        "262.5",
        "0.667",
        "45",
        "0",
    ]
    swiss = Utterance("Hi", "Anna", language="de_ch")
    assert (await told(make, tmp_path, swiss, *places, **keys))[2:4] == ["rms.flitevox", "de-CH"]
    odd = Utterance("Hi", "plain", language="--help")
    assert (await told(make, tmp_path, odd, *places, **keys))[2:5] == ["plain", "en-GB", "175"]


async def test_what_sets_up_this_server_is_not_passed_on(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WYOMING_TTS_PROVIDERS__CLOUD__API_KEY", "secret")
    note = tmp_path / "note"
    script = f"env >{note}; exit 1"
    with pytest.raises(ProviderUnavailable):
        await heard(make(*shell(script), environment={"FESTIVALDIR": "there"}))
    told = note.read_text(encoding="utf-8")
    assert "FESTIVALDIR=there" in told
    assert "PATH=" in told
    assert "WYOMING_TTS" not in told


@pytest.mark.parametrize(
    ("script", "error", "detail"),
    [
        ("exit 3", ProviderUnavailable, "exit status 3"),
        ("echo 'no such voice'; exit 1", ProviderUnavailable, "exit status 1"),
        ("kill -9 $$", ProviderUnavailable, "ended by signal 9"),
        ("true", NoAudio, "made no sound"),
        ("echo 'Hello there. This is a text, and where is the audio? Nobody knows, nobody knows.'", BadAudio, "text"),
        ("head -c 5000 /dev/urandom", BadAudio, "not audio"),
        ("sleep 60", ProviderTimeout, "sends nothing"),
        ("trap '' TERM HUP INT; sleep 60", ProviderTimeout, "sends nothing"),
        ("sleep 60 & exit 3", ProviderUnavailable, "exit status 3"),
        ("no-such-program-here", ProviderUnavailable, "exit status 127"),
    ],
)
async def test_a_failure_before_any_audio_is_told(make: Make, script: str, error: type[Exception], detail: str) -> None:
    adapter = make(*shell(script), timeout_s=0.3)
    with pytest.raises(error, match=detail) as caught:
        await heard(adapter)
    assert isinstance(caught.value, ProviderError)
    assert caught.value.provider == "program"
    assert "Hello" not in str(caught.value)


@pytest.mark.parametrize(
    ("script", "error", "detail"),
    [
        ("head -c 20044 {}; exit 1", SpeechCutOff, "exit status 1"),
        ("head -c 20044 {}; kill -9 $$", SpeechCutOff, "signal 9"),
        ("head -c 20044 {}; sleep 60", ProviderTimeout, "sends nothing"),
        ("head -c 20044 {}", SpeechCutOff, "fewer samples"),
    ],
)
async def test_a_failure_after_audio_comes_behind_the_audio(
    make: Make, speech: str, script: str, error: type[ProviderError], detail: str
) -> None:
    adapter = make(*shell(script.format(speech)), timeout_s=0.3)
    size = 0
    with pytest.raises(error, match=detail):
        async with adapter.synthesize(SPOKEN) as stream:
            async for chunk in stream.chunks:
                size += len(chunk.pcm)
    assert size == 20_000


async def test_a_child_that_holds_the_output_open_does_not_hold_the_listener(make: Make, speech: str) -> None:
    began = time.monotonic()
    assert (await heard(make(*shell(f"cat {speech}; sleep 60 &"))))[1] == PCM
    assert time.monotonic() - began < SOON_S


async def test_a_program_that_closes_its_output_and_stays_is_ended(make: Make, speech: str) -> None:
    assert (await heard(make(*shell(f"cat {speech}; exec >&-; sleep 60"))))[1] == PCM


async def test_leaving_early_ends_the_whole_family(make: Make, tmp_path: Path, speech: str) -> None:
    pids = tmp_path / "pids"
    script = f"trap '' TERM; sleep 60 & echo $! $$ >{pids}; cat {speech}; cat /dev/zero"
    async with make(*shell(script)).synthesize(SPOKEN) as stream:
        await anext(stream.chunks)
    for pid in pids.read_text().split():
        assert await gone(int(pid))


async def test_a_program_that_never_stops_is_held_back(make: Make) -> None:
    adapter = make(*shell("exec cat /dev/zero"), output="pcm", rate=16_000)
    async with adapter.synthesize(SPOKEN) as stream:
        await anext(stream.chunks)
        (child,) = psutil.Process().children()
        await until(lambda: child.status() == psutil.STATUS_SLEEPING)
        assert child.io_counters().write_chars < 2**20


@pytest.mark.parametrize("script", ["cat {}; cat /dev/zero", "sleep 60"])
async def test_a_cancel_at_any_point_leaves_nothing(make: Make, speech: str, script: str) -> None:
    adapter = make(*shell(script.format(speech)))
    tasks, files = asyncio.all_tasks(), open_files()
    for turns in range(TURNS):
        speaking = asyncio.create_task(heard(adapter))
        for _ in range(turns):
            await asyncio.sleep(0)
        speaking.cancel()
        await asyncio.wait({speaking})
        assert speaking.cancelled()
        assert psutil.Process().children() == []
    assert asyncio.all_tasks() == tasks
    assert open_files() <= files


def test_it_says_how_many_may_run_at_once(make: Make) -> None:
    assert make("true", concurrency=3).capabilities.concurrency == 3


async def test_closing_ends_what_speaks_and_then_nothing_is_spoken(make: Make, speech: str) -> None:
    adapter = make(*shell(f"cat {speech}; cat /dev/zero"), output="pcm", rate=RATE_HZ)
    with pytest.raises(SpeechCutOff):
        async with adapter.synthesize(SPOKEN) as stream:
            await anext(stream.chunks)
            await adapter.aclose()
            async for _ in stream.chunks:
                pass
    await adapter.aclose()
    with pytest.raises(ProviderUnavailable, match="closed"):
        await heard(adapter)
    with pytest.raises(ProviderUnavailable, match="closed"):
        await adapter.probe()


async def test_voices_are_what_the_owner_listed(make: Make) -> None:
    adapter = make(
        "sh", voices=["slt", {"name": "rms", "languages": ["en_us"], "description": "A man."}], language="en"
    )
    await adapter.start()
    assert [(voice.name, voice.languages, voice.description) for voice in adapter.voices()] == [
        ("slt", ("en",), ""),
        ("rms", ("en-US",), "A man."),
    ]
    assert adapter.accepts("rms")
    assert not adapter.accepts("awb")


async def test_an_unknown_voice_or_speaker_is_rejected(make: Make) -> None:
    adapter = make("sh")
    for utterance in (Utterance("Hi", "other"), Utterance("Hi", "default", speaker="anna")):
        with pytest.raises(UtteranceRejected):
            await heard(adapter, utterance)
    await adapter.warm("default")
    with pytest.raises(UtteranceRejected):
        await adapter.warm("other")


async def test_a_missing_program_is_told_before_and_while_it_is_needed(make: Make, tmp_path: Path) -> None:
    file = tmp_path / "not-executable"
    file.write_text("#!/bin/sh\n")
    for name in ("no-such-program-here", str(tmp_path / "no-such-file"), str(file)):
        adapter = make(name, "{text}")
        with pytest.raises(ProviderUnavailable, match="not installed"):
            await adapter.probe()
        with pytest.raises(ProviderUnavailable, match=r"not installed|does not start: PermissionError"):
            await heard(adapter)


async def test_it_is_free_and_local_and_begins_early(make: Make) -> None:
    by_input, by_argument = make("say").capabilities, make("say", "{text}").capabilities
    assert by_input.free
    assert by_input.local
    assert by_input.streams
    assert by_input.max_chars is None
    assert by_argument.max_chars is not None
    assert 4 * by_argument.max_chars < 128 * 1024


@pytest.mark.parametrize(
    "keys",
    [
        {"command": ()},
        {"command": "flite -t {text}"},
        {"command": ("say", "{nobody}")},
        {"command": ("say",), "output": "pcm"},
        {"command": ("say",), "rate": 16_000},
        {"command": ("say",), "output": "pcm", "rate": 100},
        {"command": ("say",), "voices": ["a", "a"]},
        {"command": ("say",), "voices": ["a#b"]},
        {"command": ("say",), "voices": [{"name": "a", "nickname": "b"}]},
        {"command": ("say",), "environment": {"A=B": "c"}},
        {"command": ("say",), "language": "English"},
    ],
)
def test_settings_that_cannot_work_are_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CommandSettings(**keys)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb\tc\r", "a b c "),
        ("\x01450S", " 450S"),
        ("[[[[h]]", "[ [ [ [h]]"),
        ("a\u2028b", "a b"),
        ("x\u200dy", "x\u200dy"),
    ],
)
def test_a_text_is_one_line_that_commands_nothing(text: str, expected: str) -> None:
    assert spoken(text) == expected
