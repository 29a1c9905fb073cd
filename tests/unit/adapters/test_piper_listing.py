"""The published list is read leniently, and the first voice of a house is chosen the same way every time."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.servers.voice_catalog import VoiceCatalogServer
from wyoming_tts.adapters.local.piper_listing import Listing, nearest, parse_listing

BASE = "https://host.example/main"
KEYS = ["en_US-amy-medium", "en_US-lessac-medium", "en_US-lessac-high", "en_GB-alan-medium", "de_DE-thorsten-low"]


def published(*keys: str, speakers: dict[str, int] | None = None) -> dict[str, Any]:
    """Return the entries of a list with these voices."""
    server = VoiceCatalogServer()
    for key in keys:
        server.publish(key, b"model", speakers=(speakers or {}).get(key, 1), aliases=(key.lower().replace("_", "-"),))
    return server.listing


def listing(*keys: str, speakers: dict[str, int] | None = None) -> Listing:
    """Return the parsed list of these voices."""
    parsed = parse_listing(json.dumps(published(*keys, speakers=speakers)).encode(), BASE)
    assert parsed is not None
    return parsed


async def test_an_entry_says_all_that_is_shown_and_needed() -> None:
    (voice,) = listing("pt_PT-tugão-medium").voices
    assert (voice.key, voice.name, voice.language, voice.quality) == ("pt_PT-tugão-medium", "tugão", "pt-PT", "medium")
    assert voice.language_name == "Portuguese (PT)"
    assert voice.model.url == f"{BASE}/pt/pt_PT/tug%C3%A3o/medium/pt_PT-tug%C3%A3o-medium.onnx"
    assert voice.config.url == f"{voice.model.url}.json"
    assert voice.model.size_bytes == 5
    assert voice.size_bytes == 5 + voice.config.size_bytes
    assert voice.model.name == "pt_PT-tugão-medium.onnx"


BAD: list[tuple[str, Any]] = [
    ("key", "en_US-other-medium"),
    ("key", None),
    ("language", None),
    ("language", {"code": 7, "name_english": "x"}),
    ("language", {"code": "en_US", "name_english": "\x1b[2J"}),
    ("quality", ["medium"]),
    ("num_speakers", "many"),
    ("num_speakers", float("inf")),
    ("aliases", 7),
    ("files", []),
    ("files", {}),
    ("files", {"en/en_US-amy-medium.onnx": {"size_bytes": 5, "md5_digest": "0" * 32}}),
]


@pytest.mark.parametrize(("field", "value"), BAD)
async def test_a_bad_entry_is_left_out(field: str, value: object) -> None:
    entries = published("en_US-amy-medium", "en_GB-alan-medium")
    entries["en_US-amy-medium"][field] = value
    parsed = parse_listing(json.dumps(entries).encode(), BASE)
    assert parsed is not None
    assert [voice.key for voice in parsed.voices] == ["en_GB-alan-medium"]


@pytest.mark.parametrize(
    "facts",
    [
        {"size_bytes": 10**12, "md5_digest": "0" * 32},
        {"size_bytes": 0, "md5_digest": "0" * 32},
        {"size_bytes": "5", "md5_digest": "0" * 32},
        {"size_bytes": 5, "md5_digest": "short"},
        {"size_bytes": 5},
        None,
    ],
)
async def test_a_file_without_a_sensible_size_and_checksum_is_left_out(facts: object) -> None:
    entries = published("en_US-amy-medium")
    files = entries["en_US-amy-medium"]["files"]
    files[next(iter(files))] = facts
    assert parse_listing(json.dumps(entries).encode(), BASE) == Listing(())


@pytest.mark.parametrize(
    ("key", "folder"),
    [
        ("../../evil", ""),
        ("..", ""),
        (".hidden", ""),
        ("a/b", ""),
        ("a\\b", ""),
        ("a b", ""),
        ("a\nb", ""),
        ("", ""),
        ("x" * 101, ""),
        ("en_US-amy-medium", "../"),
        ("en_US-amy-medium", "/etc/"),
        ("en_US-amy-medium", "a?b/"),
        ("en_US-amy-medium", "a//b/"),
    ],
)
async def test_names_that_lead_elsewhere_are_left_out(key: str, folder: str) -> None:
    entry = published("en_US-amy-medium")["en_US-amy-medium"]
    facts = {"size_bytes": 5, "md5_digest": "0" * 32}
    entry |= {"key": key, "files": {f"{folder}{key}.onnx": facts, f"{folder}{key}.onnx.json": facts}}
    assert parse_listing(json.dumps({key: entry}).encode(), BASE) == Listing(())


@pytest.mark.parametrize("document", [b"", b"<html>", b"[]", b"7", b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_list_is_none(document: bytes) -> None:
    assert parse_listing(document, BASE) is None


@pytest.mark.parametrize(
    ("language", "key"),
    [
        ("en-US", "en_US-lessac-medium"),
        ("en_us", "en_US-lessac-medium"),
        ("en", "en_US-lessac-medium"),
        ("en-AU", "en_US-lessac-medium"),
        ("en-GB", "en_GB-alan-medium"),
        ("de-AT", "de_DE-thorsten-low"),
        ("de", "de_DE-thorsten-low"),
        ("fr-FR", None),
    ],
)
async def test_the_best_voice_of_a_language(language: str, key: str | None) -> None:
    best = listing(*KEYS).best_for(language)
    assert (best and best.key) == key
    again = listing(*reversed(KEYS)).best_for(language)
    assert best == again


async def test_one_speaker_is_better_than_many_and_medium_than_all() -> None:
    keys = ["en_GB-aru-medium", "en_GB-vctk-medium", "en_GB-cori-high", "en_GB-zoe-medium"]
    many = {"en_GB-aru-medium": 12, "en_GB-vctk-medium": 109}
    best = [listing(*keys[:end], speakers=many).best_for("en-GB") for end in (2, 3, 4)]
    assert [voice and voice.key for voice in best] == ["en_GB-aru-medium", "en_GB-aru-medium", "en_GB-zoe-medium"]


async def test_norwegian_is_found_as_systems_call_it() -> None:
    voices = listing("no_NO-talesyntese-medium")
    assert voices.best_for("nb-NO") == voices.voices[0]
    assert voices.search(language="nn") == list(voices.voices)


@pytest.mark.parametrize(
    ("words", "language", "keys"),
    [
        (["LESSAC"], None, ["en_US-lessac-high", "en_US-lessac-medium"]),
        (["lessac", "medium"], None, ["en_US-lessac-medium"]),
        (["german"], None, ["de_DE-thorsten-low"]),
        (["deutsch"], None, ["de_DE-thorsten-low"]),
        (["britain"], None, ["en_GB-alan-medium"]),
        ([], "en-GB", ["en_GB-alan-medium"]),
        ([], "de", ["de_DE-thorsten-low"]),
        (["nobody"], None, []),
    ],
)
async def test_search(words: list[str], language: str | None, keys: list[str]) -> None:
    assert [voice.key for voice in listing(*KEYS).search(words, language)] == keys


async def test_names_are_found_by_alias_and_without_accents() -> None:
    voices = listing("pt_PT-tugão-medium", *KEYS)
    assert [voices.find(name) for name in ("pt_pt-TUGAO-medium", "en-us-amy-medium")] == [
        voice for voice in reversed(voices.voices) if voice.name in {"tugão", "amy"}
    ]
    assert voices.find("en_US-ami-medium") is None


def test_the_nearest_name() -> None:
    assert nearest("en_US-lesac-medium", KEYS) == "en_US-lessac-medium"
    assert nearest("zzz", KEYS) is None
