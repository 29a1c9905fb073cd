"""Where somebody listens, as the owner writes it."""

from __future__ import annotations

from typing import NamedTuple

TCP, UNIX = "tcp://", "unix://"
UNIX_PATH_MAX_BYTES = 107
"""sockaddr_un holds 108 bytes on Linux, one of them the closing zero."""


def check_unix(uri: str, *, allowed: str) -> None:
    """Check a `unix://PATH`; raises ValueError with a sentence for the owner, with all that is `allowed` in it."""
    path = uri.removeprefix(UNIX)
    if path == uri or not path or "\0" in path:
        raise ValueError(f"must be {allowed}")
    if len(path.encode(errors="surrogateescape")) > UNIX_PATH_MAX_BYTES:
        raise ValueError(f"must have a path of at most {UNIX_PATH_MAX_BYTES} bytes, as the system sets")


class HostPort(NamedTuple):
    """A TCP address; an empty host stands for every interface, port 0 for any free port."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str, *, scheme: str = "", port: int = 10280) -> HostPort:
        """Read `host:port`, an IPv6 host in brackets.

        Raises ValueError with a sentence for the owner, with `scheme` and `port` in its example.
        """
        host, colon, digits = text.rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        if not colon or not digits.isascii() or not digits.isdigit() or int(digits[:6]) > 65_535:
            raise ValueError(f"must end with a port, as in {scheme}127.0.0.1:{port}")
        if ":" in host and not bracketed:
            raise ValueError(f"must have an IPv6 address in brackets, as in {scheme}[::1]:{port}")
        host = host[1:-1] if bracketed else host
        if any(c.isspace() or c in "/@[]" or not c.isprintable() for c in host):
            raise ValueError(f"must be a host and a port and nothing else, as in {scheme}127.0.0.1:{port}")
        return cls(host, int(digits))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
