"""The key is made once, whole and for nobody else; the hash does not depend on how the text arrives."""

from __future__ import annotations

import hashlib
import hmac
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from wyoming_tts.store.text_hash import KEY_BYTES, TextHashes, kept_key

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_the_hash_is_the_same_for_any_parts() -> None:
    hashes = TextHashes(b"k" * KEY_BYTES)
    parts, whole = hashes.begin(), hashes.begin()
    for part in ("Good mor", "", "ning, Zoë"):
        parts.update(part)
    whole.update("Good morning, Zoë")
    expected = hmac.new(b"k" * KEY_BYTES, "Good morning, Zoë".encode(), hashlib.sha256).hexdigest()
    assert parts.hexdigest() == whole.hexdigest() == expected


def test_another_key_is_another_hash_and_half_a_character_no_failure() -> None:
    one, other = (TextHashes(key * KEY_BYTES).begin() for key in (b"a", b"b"))
    for each in (one, other):
        each.update("\ud83d")
    assert one.hexdigest() != other.hexdigest()


def test_the_key_is_made_once_and_for_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "key"
    key = kept_key(path)
    assert len(key) == KEY_BYTES
    assert kept_key(path) == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_two_starts_at_once_agree(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = set(threads.map(kept_key, [tmp_path / "key"] * 64))
    assert len(keys) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_file_that_is_no_key_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"short")
    key = kept_key(path)
    assert path.read_bytes() == key
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_without_hard_links_it_is_kept_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "link", refuse)  # as file systems without them do
    key = kept_key(tmp_path / "key")
    assert (tmp_path / "key").read_bytes() == key


def test_where_nothing_can_be_written_there_is_still_a_key(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    one, other = (kept_key(tmp_path / "file" / "key") for _ in range(2))
    assert len(one) == KEY_BYTES
    assert one != other
