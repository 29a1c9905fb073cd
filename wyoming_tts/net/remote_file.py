"""What a publisher says about a file."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import unquote


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A published file, not yet here."""

    url: str
    size_bytes: int
    md5: str
    """Lower-case hexadecimal. It finds damage; that nobody forged the file is for https to say."""

    @property
    def name(self) -> str:
        """The last part of the address, for people."""
        return unquote(self.url.rsplit("/", 1)[-1])
