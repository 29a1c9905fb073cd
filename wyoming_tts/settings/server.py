"""The Wyoming server's own settings."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from wyoming_tts.settings.address import TCP, UNIX, HostPort, check_unix
from wyoming_tts.settings.section import Count, Patience, Seconds, Section

_STDIO = "stdio://"
_PORT = 10210


def _listening_uri(uri: str) -> str:
    if uri == _STDIO:
        return uri
    if uri.startswith(TCP):
        HostPort.parse(uri.removeprefix(TCP), scheme=TCP, port=_PORT)
        return uri
    check_unix(uri, allowed="tcp://HOST:PORT, unix://PATH or stdio://")
    return uri


class ServerSettings(Section):
    """Where the Wyoming server listens, and how patient it is with its clients."""

    uri: Annotated[str, AfterValidator(_listening_uri)] = f"{TCP}0.0.0.0:{_PORT}"
    """Where Wyoming clients connect: `tcp://HOST:PORT`, `unix://PATH`, or `stdio://` for one client on standard input
    and output. `tcp://0.0.0.0:10210` is every IPv4 address of this machine, `tcp://[::]:10210` IPv6 as well."""
    zeroconf: bool = True
    """Whether Home Assistant finds this server by itself; `tcp://` only."""
    max_connections: Annotated[Count, Field(ge=1, le=10_000)] = 200
    """Connections at the same time; one more is told to come back later."""
    idle_timeout_s: Patience = 120.0
    """After how many seconds a connection that asked nothing is closed."""
    read_timeout_s: Patience = 10.0
    """How many seconds a client may take to send the rest of an event it began."""
    write_timeout_s: Patience = 30.0
    """After how many seconds a reader that takes not one byte is given up."""
    linger_s: Seconds = 2.0
    """How many seconds a client has to fetch the last bytes after an error, before the connection is cut."""
    drain_s: Seconds = 20.0
    """How many seconds answers under way may still speak when the server is told to stop."""
    data_dir: Path | None = None
    """Where voices and what the server remembers are kept; leave it out for the platform's own folder for such data
    (`~/.local/share/wyoming-tts` on Linux)."""

    @property
    def data_path(self) -> Path:
        """The folder that is really used."""
        if self.data_dir is not None:
            return self.data_dir.expanduser()
        from platformdirs import user_data_path  # noqa: PLC0415 - not needed by those who named a folder

        return user_data_path("wyoming-tts", appauthor=False)

    @property
    def tcp(self) -> HostPort | None:
        """The address of a `tcp://` server."""
        return HostPort.parse(self.uri.removeprefix(TCP)) if self.uri.startswith(TCP) else None

    @property
    def unix_path(self) -> Path | None:
        """The socket of a `unix://` server."""
        return Path(self.uri.removeprefix(UNIX)) if self.uri.startswith(UNIX) else None

    @property
    def stdio(self) -> bool:
        """Whether there is one client, on standard input and output."""
        return self.uri == _STDIO
