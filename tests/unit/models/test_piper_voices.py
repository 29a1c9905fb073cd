"""Piper voices as files on the disk."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.piper_voice import build_piper_voice, voice_config
from wyoming_tts.models.piper_voices import PiperVoices

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
        ("my voice", {}, "en-gb-x-rp", "en-GB"),
        ("my voice", {}, "?", "und"),
        ("my voice", {}, "en-us", "en-US"),
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
        GOOD | {"phoneme_id_map": []},
        GOOD | {"phoneme_id_map": {"_": [0], "^": [1]}},
        GOOD | {"phoneme_type": "pinyin"},
        GOOD | {"espeak": {}},
        GOOD | {"language": 3},
        GOOD | {"num_speakers": 2, "speaker_id_map": {"a": "x"}},
    ],
)
def test_a_broken_configuration_hides_that_voice_only(tmp_path: Path, config: Any) -> None:
    write(tmp_path, "en_US-broken-low", config)
    write(tmp_path, "en_US-good-low", GOOD)
    assert list(PiperVoices([tmp_path]).read()) == ["en_US-good-low"]


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
