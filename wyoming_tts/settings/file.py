"""Reading a file of the owner's, with one clear sentence where that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wyoming_tts.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

# Written by hand; what is larger is some other file, and reading it as YAML would take minutes.
MAX_BYTES = 262_144


def read_text(path: Path) -> str:
    """Return the file's text. Raises ConfigError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise ConfigError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise ConfigError(f"{path}: is a folder; name the file in it") from None
    except PermissionError:
        raise ConfigError(f"{path}: may not be read by this user; check its owner and mode") from None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror or type(error).__name__}") from error
    if len(data) > MAX_BYTES:
        raise ConfigError(f"{path}: is larger than {MAX_BYTES // 1024} KiB; is it the right file?")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        # `from None`: the cause would carry the file's bytes.
        raise ConfigError(f"{path}:{line}: is not UTF-8 text; save it with that encoding") from None
