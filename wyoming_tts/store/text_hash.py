"""A keyed hash of spoken text: the owner sees that the same text failed again, and nobody can try out what it was."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

KEY_NAME = "key"
"""Of the file in the data directory."""
KEY_BYTES = 32


class TextHash:
    """The HMAC-SHA256 of a text that comes in parts, the same for any parts."""

    def __init__(self, key: bytes) -> None:
        self._hash = hmac.new(key, digestmod=hashlib.sha256)

    def update(self, text: str) -> None:
        """Add the next part."""
        self._hash.update(text.encode(errors="surrogatepass"))

    def hexdigest(self) -> str:
        """Return the hash of all parts so far."""
        return self._hash.hexdigest()


class TextHashes:
    """Makes hashes with one key."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def begin(self) -> TextHash:
        """Return the hash of no text yet."""
        return TextHash(self._key)


def kept_key(path: Path) -> bytes:
    """Return the key in this file, which is made where there is none. Works on the disk.

    Where that is impossible the key is one that ends with this process, and hashes of different starts differ.
    """
    fresh = secrets.token_bytes(KEY_BYTES)
    try:
        return _read(path) or _written(path, fresh)
    except OSError:
        return fresh


def _read(path: Path) -> bytes | None:
    with suppress(FileNotFoundError):
        key = path.read_bytes()
        return key if len(key) == KEY_BYTES else None
    return None


def _written(path: Path, key: bytes) -> bytes:
    """Put the key in its place whole; return the one that is there, since another process may have been faster."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as file:  # noqa: PTH123 - with a mode
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(part)  # unlike a renaming it does not take the place of another process's
    except OSError:
        if _read(path) is None:  # what is there is no key, or the file system has no hard links
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return _read(path) or key
