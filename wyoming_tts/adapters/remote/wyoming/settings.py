"""What the owner may say about another Wyoming server."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from wyoming_tts.net.endpoint import is_loopback
from wyoming_tts.protocol.address import Address
from wyoming_tts.settings.address import TCP, UNIX, HostPort, check_unix
from wyoming_tts.settings.remote import RemoteProviderSettings
from wyoming_tts.settings.section import Count, Patience

_EXAMPLE_PORT = 10200


def _server_uri(uri: str) -> str:
    if uri.startswith(TCP):
        host, port = HostPort.parse(uri.removeprefix(TCP), scheme=TCP, port=_EXAMPLE_PORT)
        if not (host and port):
            raise ValueError(f"must name the host and the port of a server, as in {TCP}192.168.1.20:{_EXAMPLE_PORT}")
        return uri
    check_unix(uri, allowed="tcp://HOST:PORT or unix://PATH")
    return uri


class WyomingSettings(RemoteProviderSettings):
    """Another Wyoming server that speaks: Piper on another machine, a bridge to a cloud, one more wyoming-tts."""

    type: Literal["wyoming"] = "wyoming"
    """Which kind of engine this is."""
    uri: Annotated[str, AfterValidator(_server_uri)]
    """Where it listens: `tcp://HOST:PORT` or `unix://PATH`."""
    program: str | None = None
    """Of a server with several programs that speak, the only one to use; leave it out for all."""
    local: bool | None = None
    """Whether a text that it is given stays on this machine, for the privacy rules. Leave it out for yes where `uri` is
    on this machine, else no; write `false` for a bridge on this machine that sends texts to a cloud."""
    connect_timeout_s: Patience = 1.0
    """How many seconds connecting may take; a machine in the same house answers within a hundredth of that."""
    refresh_s: Patience = 60.0
    """After how many seconds its list of voices is asked for again."""
    concurrency: Annotated[Count, Field(ge=1, le=64)] = 4
    """How many utterances it is sent at the same time; more wait for their turn."""

    @property
    def address(self) -> Address:
        """Where it listens."""
        if self.uri.startswith(UNIX):
            return Address(path=self.uri.removeprefix(UNIX))
        host, port = HostPort.parse(self.uri.removeprefix(TCP))
        return Address(host=host, port=port)

    @property
    def stays_here(self) -> bool:
        """Whether the text does not leave this machine."""
        return bool(self.address.path) or is_loopback(self.address.host) if self.local is None else self.local
