"""Parts of voices on the disk; the cutter is the real one, in a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import onnx
import pytest

from tests.fakes.piper_voice import build_piper_voice
from tests.fakes.vits_voice import GLOBAL, SHIFTED, SYMBOLS, build_vits_voice
from wyoming_tts.models.vits_cutter import main, parts_of
from wyoming_tts.models.vits_graph import VitsGraph
from wyoming_tts.models.vits_store import EXIT_UNCUTTABLE, FAILED, KEPT, OTHER_NETWORK, PartsStore, Trial, Uncut

if TYPE_CHECKING:
    from pathlib import Path

TRIAL = Trial(symbols=SYMBOLS, speakers=1)


def here(voice: Path, folder: Path, trial: Trial) -> int:
    """Cut in this process, where that is not what is tried: importing takes a second."""
    return main([str(voice), str(folder), str(trial.symbols), str(trial.speakers)])


def quick(folder: Path | None) -> PartsStore:
    return PartsStore(folder, cut=here)


def kept(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def test_a_process_of_its_own_cuts_once_and_everybody_finds_the_parts(tmp_path: Path) -> None:
    voice, folder = build_vits_voice(tmp_path / "voices"), tmp_path / "cache" / "piper"
    store = PartsStore(folder)
    assert store.open(voice) is None
    made = store.make(voice, TRIAL)
    assert folder.stat().st_mode & 0o777 == 0o700
    (parts,) = folder.iterdir()
    again = PartsStore(folder).open(voice)
    assert again is not None
    assert again.parts == made.parts
    moved = shutil.copy(voice, tmp_path / "voices" / "elsewhere.onnx")
    assert PartsStore(folder).open(type(voice)(moved)) is not None, "the contents count, not the name"
    assert parts.stat().st_mode & 0o077 == 0


def test_speakers_and_their_number_reach_the_trial(tmp_path: Path) -> None:
    voice = build_vits_voice(tmp_path / "voices", speakers=3)
    store = quick(tmp_path / "cache")
    assert store.make(voice, Trial(SYMBOLS, 3)).parts.flow_inputs == ("sid",)


def test_a_network_that_cannot_be_cut_is_looked_at_once(tmp_path: Path) -> None:
    voice, folder = build_vits_voice(tmp_path / "voices", broken=GLOBAL), tmp_path / "cache"
    store = PartsStore(folder)
    assert store.open(voice) is None
    with pytest.raises(Uncut) as caught:
        store.make(voice, TRIAL)
    assert caught.value.reason == OTHER_NETWORK
    with pytest.raises(Uncut):
        PartsStore(folder).open(voice)


def test_what_is_clearly_no_vits_does_not_start_a_process(tmp_path: Path) -> None:
    with pytest.raises(Uncut) as caught:
        PartsStore(tmp_path / "cache").open(build_piper_voice(tmp_path / "voices"))
    assert caught.value.reason == OTHER_NETWORK
    assert not (tmp_path / "cache").exists()


def test_parts_that_do_not_equal_the_whole_are_none(tmp_path: Path) -> None:
    """What the search overlooks, a slice along the time, say, is heard."""
    voice = build_vits_voice(tmp_path, broken=SHIFTED)
    parts_of(VitsGraph(onnx.load(str(voice)).graph))
    assert here(voice, tmp_path, TRIAL) == EXIT_UNCUTTABLE


@pytest.mark.parametrize(
    ("file", "damage"),
    [
        ("text.onnx", "gone"),
        ("flow.onnx", "half"),
        ("decoder.onnx", "a bit"),
        ("parts.json", "gone"),
        ("parts.json", "a bit"),
        ("made.json", "gone"),
        ("made.json", "half"),
    ],
)
def test_damaged_parts_are_made_anew(tmp_path: Path, file: str, damage: str) -> None:
    voice, folder = build_vits_voice(tmp_path / "voices"), tmp_path / "cache"
    quick(folder).make(voice, TRIAL)
    path = kept(folder)[0] / file
    data = path.read_bytes()
    if damage == "gone":
        path.unlink()
    else:
        middle = len(data) // 2
        path.write_bytes(
            data[:middle] if damage == "half" else data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        )
    store = quick(folder)
    assert store.open(voice) is None
    store.make(voice, TRIAL)
    assert PartsStore(folder).open(voice) is not None


def test_where_nothing_can_be_written_a_voice_is_cut_all_the_same(tmp_path: Path) -> None:
    voice = build_vits_voice(tmp_path / "voices")
    (tmp_path / "file").touch()
    for folder in (None, tmp_path / "file" / "cache"):
        store = quick(folder)
        assert store.make(voice, TRIAL).parts.hop
        assert store.open(voice) is None


def test_parts_of_voices_that_are_gone_or_changed_go_and_so_do_old_leftovers(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    store = quick(folder)
    one, two = (build_vits_voice(tmp_path / name, f"en_US-{name}-low", seed=len(name)) for name in ("one", "three"))
    for voice in (one, two):
        store.make(voice, TRIAL)
    assert len(kept(folder)) == 2
    leftover, busy = folder / ".half-made-old", folder / ".half-made-new"
    for path in (leftover, busy):
        path.mkdir()
    os.utime(leftover, times=(0, 0))
    one.unlink()
    build_vits_voice(tmp_path / "three", "en_US-three-low", seed=9)
    store.make(two, TRIAL)
    assert len(kept(folder)) == 1
    assert busy.exists()
    assert not leftover.exists()


def test_only_so_many_are_kept_those_used_last(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    store = quick(folder)
    voices = [build_vits_voice(tmp_path, f"en_US-v{number}-low", seed=number) for number in range(KEPT + 1)]
    for number, voice in enumerate(voices[:KEPT]):
        store.make(voice, TRIAL)
        newest = max(kept(folder), key=lambda parts: parts.stat().st_ctime_ns)
        os.utime(newest, times=(1000 + number, 1000 + number))
    assert store.open(voices[0]) is not None
    store.make(voices[KEPT], TRIAL)
    assert len(kept(folder)) == KEPT
    assert store.open(voices[0]) is not None
    assert store.open(voices[1]) is None


def test_a_voice_that_is_no_network_fails_without_a_trace(tmp_path: Path) -> None:
    voice = build_vits_voice(tmp_path / "voices")
    voice.write_bytes(voice.read_bytes()[:-100])
    with pytest.raises(Uncut) as caught:
        PartsStore(tmp_path / "cache").make(voice, TRIAL)
    assert caught.value.reason == FAILED
    assert list((tmp_path / "cache").iterdir()) == []
    assert EXIT_UNCUTTABLE not in {0, 1, 2}


def test_what_cuts_stays_out_of_the_worker() -> None:
    code = "import sys, wyoming_tts.models.piper; sys.exit('onnx' in sys.modules or 'google.protobuf' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
