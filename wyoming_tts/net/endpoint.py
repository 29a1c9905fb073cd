"""Where a provider's server is, and how patient one is with it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

CONNECT_S = 5.0
"""To be connected: a server in the house takes milliseconds, one across the world with TLS half a second."""
READ_S = 30.0
"""Between two pieces of a body: a model that is loaded first takes that long; a listener's patience ends it sooner."""

_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""Ends a header, or has no place in one (RFC 9110, 5.5)."""

HOME_DOMAINS = (".local", ".lan", ".home", ".internal", ".home.arpa", ".localhost")
"""Of machines in a house (RFC 6762, RFC 8375, and what routers give)."""


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine's own."""
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:  # a name
        return host == "localhost" or host.endswith(".localhost")


def is_at_home(host: str) -> bool:
    """Whether a host is probably one of the house's: a private address, or a name that nobody outside knows."""
    try:
        return ip_address(host.partition("%")[0]).is_private
    except ValueError:
        return "." not in host or host.endswith(HOME_DOMAINS)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One provider's server. Its headers may hold a key, which is never shown."""

    provider: str
    """Stands in every error."""
    base_url: str
    """`http(s)://host[:port][/path]`; paths of requests are put behind it."""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    proxy: str | None = field(default=None, repr=False)
    """An http proxy; None takes the one that the environment names."""
    ca_file: Path | None = None
    """Certificates to trust besides the system's, PEM."""
    connect_s: float = CONNECT_S
    read_s: float = READ_S

    @property
    def sendable(self) -> bool:
        """Every header can be sent as it is; a key with a line break in it cannot."""
        return not any(_UNSENDABLE.search(value) for value in self.headers.values())
