"""What the owner may say about any provider that is reached over HTTP."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field

from wyoming_tts.net.endpoint import Endpoint, is_loopback
from wyoming_tts.settings.remote import RemoteProviderSettings
from wyoming_tts.settings.section import Count, Patience


def http_address(text: str) -> str:
    """Return an address without its last slash. Raises ValueError with a sentence for the owner."""
    address = text.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        sound = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound or not address.isprintable() or " " in address:
        raise ValueError("must be an address such as http://192.168.1.20:8880/v1")
    if parts.username is not None or parts.password is not None:
        raise ValueError("must not hold a user's name or password; keys have a setting of their own")
    if parts.query or parts.fragment:
        raise ValueError("must not hold a ? or a #")
    return address


HttpAddress = Annotated[str, AfterValidator(http_address)]


class HttpProviderSettings(RemoteProviderSettings):
    """A provider behind HTTP; a subclass narrows `type` and gives `base_url` a default where there is one."""

    base_url: HttpAddress
    """The address of the server, as `http://host:port/path`."""
    local: bool | None = None
    """Whether a text that it is given stays on this machine, for the privacy rules. Leave it out for yes where
    `base_url` is on this machine, else no; write `false` for a server here that sends texts to a cloud."""
    concurrency: Annotated[Count, Field(ge=1, le=100)] = 4
    """How many pieces of text it is asked to speak at the same time; others wait."""
    connect_timeout_s: Patience = 5.0
    """How many seconds it may take to accept a connection."""
    read_timeout_s: Patience = 30.0
    """How many seconds it may send nothing at all. The listener's own patience (`fallback`) is mostly shorter."""
    proxy: HttpAddress | None = None
    """An HTTP proxy to reach it through; leave it out for the one that the environment names, if any."""
    ca_file: Path | None = None
    """A file of certificates (PEM) to trust besides the system's, for a server with a certificate of your own."""

    @property
    def host(self) -> str:
        """Of the server."""
        return urlsplit(self.base_url).hostname or ""

    @property
    def stays_here(self) -> bool:
        """Whether the text does not leave this machine."""
        return is_loopback(self.host) and self.proxy is None if self.local is None else self.local

    def endpoint(self, provider: str, headers: Mapping[str, str]) -> Endpoint:
        """Return the server with the headers that every request of this provider carries."""
        return Endpoint(
            provider,
            self.base_url,
            headers,
            proxy=self.proxy,
            ca_file=self.ca_file,
            connect_s=self.connect_timeout_s,
            read_s=self.read_timeout_s,
        )
