"""Piper voices as files on the disk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.piper_voice import build_piper_voice, voice_config
from wyoming_tts.models.piper_voices import PiperVoices
from wyoming_tts.speech.voice_file import UnusableFile

if TYPE_CHECKING:
    from pathlib import Path

    from wyoming_tts.speech.voice import Voice


def write(directory: Path, name: str, config: Any, *, model: bytes = b"network") -> None:
    (directory / f"{name}.onnx").write_bytes(model)
    text = config if isinstance(config, str) else json.dumps(config)
    (directory / f"{name}.onnx.json").write_text(text, "utf-8")


def only_voice(directory: Path) -> Voice:
    (file,) = PiperVoices([directory]).read().values()
    return file.voice


def test_a_voice_is_what_its_configuration_says(tmp_path: Path) -> None:
    build_piper_voice(tmp_path, "en_GB-anna-high")
    voice = only_voice(tmp_path)
    assert voice.name == "en_GB-anna-high"
    assert voice.languages == ("en-GB",)
    assert voice.description == "anna (English, high)"
    assert voice.quality == 4
    assert voice.speakers == ()
    assert voice.attribution_name == "Piper"
    assert voice.version


@pytest.mark.parametrize(
    ("name", "language", "espeak", "expected"),
    [
        ("en_US-a-low", {"code": "nl_BE"}, "de", "nl-BE"),
        ("en_US-a-low", {}, "de", "en-US"),
        ("en_US-a-low", {"code": 7}, "de", "en-US"),
        ("pt_BR", {"code": "not a tag"}, "de", "pt-BR"),
        ("mine", {}, "en-gb-x-rp", "en-GB"),
        ("mine", {}, "?", "und"),
        ("mine", {}, "en-us", "en-US"),
    ],
)
def test_the_language_is_found_where_there_is_one(
    tmp_path: Path, name: str, language: dict[str, object], espeak: str, expected: str
) -> None:
    write(tmp_path, name, voice_config("en_US-a-low") | {"language": language, "espeak": {"voice": espeak}})
    assert only_voice(tmp_path).languages == (expected,)


@pytest.mark.parametrize(("quality", "rank"), [("x_low", 1), ("low", 2), ("medium", 3), ("high", 4), ("odd", 2)])
def test_better_qualities_rank_higher(tmp_path: Path, quality: str, rank: int) -> None:
    write(tmp_path, "en_US-a-low", voice_config(f"en_US-a-{quality}"))
    assert only_voice(tmp_path).quality == rank


def test_speakers_without_names_are_numbers(tmp_path: Path) -> None:
    write(tmp_path, "en_US-a-low", voice_config("en_US-a-low", speakers=3) | {"speaker_id_map": {}})
    assert only_voice(tmp_path).speakers == ("0", "1", "2")


GOOD = voice_config("en_US-a-low")


@pytest.mark.parametrize(
    "config",
    [
        "",
        "{",
        "[]",
        "null",
        "7",
        '"text"',
        "[" * 100000,
        "{}",
        {key: value for key, value in GOOD.items() if key != "audio"},
        GOOD | {"audio": {"sample_rate": "fast"}},
        GOOD | {"audio": {"sample_rate": 0}},
        GOOD | {"num_speakers": None},
        GOOD | {"num_speakers": float("inf")},
        GOOD | {"num_speakers": 30_000_000},
        GOOD | {"num_speakers": -1},
        GOOD | {"num_speakers": "3"},
        GOOD | {"num_symbols": float("inf")},
        GOOD | {"audio": {"sample_rate": float("nan")}},
        json.dumps(GOOD).replace('"num_speakers": 1', f'"num_speakers": {"9" * 5000}'),
        GOOD | {"phoneme_id_map": []},
        GOOD | {"phoneme_id_map": {"_": [0], "^": [1]}},
        GOOD | {"phoneme_type": "pinyin"},
        GOOD | {"espeak": {}},
        GOOD | {"language": 3},
        GOOD | {"num_speakers": 2, "speaker_id_map": {"a": "x"}},
        GOOD | {"num_speakers": 2, "speaker_id_map": {"a": 2}},
        GOOD | {"num_speakers": 2, "speaker_id_map": ["a", "b"]},
    ],
)
def test_a_broken_configuration_hides_that_voice_only(tmp_path: Path, config: Any) -> None:
    write(tmp_path, "en_US-broken-low", config)
    write(tmp_path, "en_US-good-low", GOOD)
    voices = PiperVoices([tmp_path])
    assert list(voices.read()) == ["en_US-good-low"]
    (unusable,) = voices.unusable
    assert unusable.name == "en_US-broken-low.onnx"
    assert unusable.reason in {"unfit-config", "empty-file"}


def test_a_configuration_of_any_size_takes_little_memory(tmp_path: Path) -> None:
    write(tmp_path, "en_US-long-low", GOOD | {"dataset": "x" * 3_000_000, "language": {"name_english": "\x1b" * 99}})
    write(tmp_path, "en_US-longer-low", GOOD | {"dataset": "x" * 5_000_000})
    voices = PiperVoices([tmp_path])
    (file,) = voices.read().values()
    assert len(file.voice.description) <= 100
    assert file.voice.description.isprintable()
    assert voices.unusable == (UnusableFile("en_US-longer-low.onnx", "config-too-large"),)


@pytest.mark.parametrize("name", ["a#b", "a b", "a\nb", "a+b", "bad\udcff", "x" * 101])
def test_a_name_that_cannot_be_asked_for_is_left_out_and_reported(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, GOOD)
    write(tmp_path, "en_US-good-low", GOOD)
    voices = PiperVoices([tmp_path])
    assert list(voices.read()) == ["en_US-good-low"]
    assert [file.reason for file in voices.unusable] == ["unfit-name"]
    assert voices.unusable[0].name.isprintable()


def test_why_files_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "en_US-empty-low", GOOD, model=b"")
    (tmp_path / "en_US-alone-low.onnx").write_bytes(b"network")
    (tmp_path / "._en_US-good-low.onnx").write_bytes(b"a Mac's remark about the file")
    write(tmp_path, "en_US-folder-low", GOOD)
    (tmp_path / "en_US-folder-low.onnx.json").unlink()
    (tmp_path / "en_US-folder-low.onnx.json").mkdir()
    voices = PiperVoices([tmp_path])
    assert voices.read() == {}
    assert {file.name: file.reason for file in voices.unusable} == {
        "en_US-alone-low.onnx": "no-config",
        "en_US-empty-low.onnx": "empty-file",
        "en_US-folder-low.onnx": "unreadable",
    }


def test_a_speaker_goes_by_name_or_by_the_number_that_the_model_has(tmp_path: Path) -> None:
    named = {"anna": 7, "2": 3, "bad\nname": 1}
    write(tmp_path, "en_US-a-low", GOOD | {"num_speakers": 10, "speaker_id_map": named})
    (file,) = PiperVoices([tmp_path]).read().values()
    assert file.voice.speakers == ("1", "2", "anna")
    assert [file.speaker_id(speaker) for speaker in ("anna", "7", "2", "1", None)] == [7, 7, 3, 1, None]
    for unknown in ("9", "07", "bad\nname", "9" * 5000):
        with pytest.raises(KeyError):
            file.speaker_id(unknown)


def test_a_voice_given_up_comes_back_with_other_files(tmp_path: Path) -> None:
    write(tmp_path, "en_US-a-low", GOOD)
    voices = PiperVoices([tmp_path])
    voices.give_up(voices.read()["en_US-a-low"])
    assert voices.read() == {}
    assert voices.unusable == (UnusableFile("en_US-a-low.onnx", "broken-model"),)
    write(tmp_path, "en_US-a-low", GOOD, model=b"another network")
    assert list(voices.read()) == ["en_US-a-low"]
    assert not voices.unusable


def test_unfinished_files_and_folders_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    write(tmp_path, "en_US-empty-low", GOOD, model=b"")
    (tmp_path / "en_US-alone-low.onnx").write_bytes(b"network")
    (tmp_path / "en_US-late-low.onnx.part").write_bytes(b"half a net")
    (tmp_path / "en_US-late-low.onnx.json").write_text(json.dumps(GOOD), "utf-8")
    assert PiperVoices([tmp_path / "none", tmp_path]).read() == {}


def test_the_first_directory_counts_where_two_hold_the_same_name(tmp_path: Path) -> None:
    for folder, quality in (("a", "high"), ("b", "low")):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, "en_US-x-low", voice_config(f"en_US-x-{quality}"))
    voices = PiperVoices([tmp_path / "a", tmp_path / "b"])
    assert voices.read()["en_US-x-low"].voice.quality == 4
    (tmp_path / "a" / "en_US-x-low.onnx").unlink()
    assert voices.read()["en_US-x-low"].voice.quality == 2


def test_an_unchanged_voice_is_not_parsed_again(tmp_path: Path) -> None:
    write(tmp_path, "en_US-a-low", GOOD)
    voices = PiperVoices([tmp_path])
    assert voices.read()["en_US-a-low"] is voices.read()["en_US-a-low"]
    write(tmp_path, "en_US-a-low", GOOD, model=b"another network")
    assert voices.read()["en_US-a-low"].stamp[0] == len(b"another network")
