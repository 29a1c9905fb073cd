"""Where to listen, as the owner writes it."""

from __future__ import annotations

from typing import NamedTuple


class HostPort(NamedTuple):
    """A TCP address; an empty host stands for every interface, port 0 for any free port."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> HostPort:
        """Read `host:port`, an IPv6 host in brackets. Raises ValueError with a sentence for the owner."""
        host, colon, port = text.rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        if not colon or not port.isascii() or not port.isdigit() or int(port[:6]) > 65_535:
            raise ValueError("must end with a port, as in 127.0.0.1:10280")
        if ":" in host and not bracketed:
            raise ValueError("must have an IPv6 address in brackets, as in [::1]:10280")
        host = host[1:-1] if bracketed else host
        if any(c.isspace() or c in "/@[]" or not c.isprintable() for c in host):
            raise ValueError("must be a host and a port and nothing else, as in 127.0.0.1:10280")
        return cls(host, int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"
