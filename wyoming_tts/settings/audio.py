"""What is put around the speech, for players that swallow its edges."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Annotated

from pydantic import AfterValidator

from wyoming_tts.settings.section import Pause, Section


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise ValueError("must be an address or a network such as 192.168.1.0/24 or fd00::/8") from error


class NetworkAudio(Section):
    """Silence for the clients of one network, a room's player say."""

    network: Annotated[str, AfterValidator(_network)]
    """Which clients: an address or a network, `192.168.1.40` or `192.168.1.0/24`. The narrowest that fits counts."""
    lead_in_s: Pause | None = None
    """Silence before the speech, in seconds; leave it out for everybody's."""
    tail_s: Pause | None = None
    """Silence after the speech, in seconds; leave it out for everybody's."""


class AudioSettings(Section):
    """Silence around the speech, for players that miss its first or last moment."""

    lead_in_s: Pause = 0.0
    """Silence before the speech, in seconds, for speakers that wake up slowly."""
    tail_s: Pause = 0.0
    """Silence after the speech, in seconds, for speakers that stop too early."""
    networks: tuple[NetworkAudio, ...] = ()
    """Other silences for some clients."""

    def padding(self, client_address: str) -> tuple[float, float]:
        """Return seconds of silence before and after the speech for a client's IP address, or for any other text."""
        address = _address(client_address)
        best, length = None, -1
        for entry in self.networks:
            network = ip_network(entry.network)
            if address is not None and address in network and network.prefixlen > length:
                best, length = entry, network.prefixlen
        if best is None:
            return self.lead_in_s, self.tail_s
        lead_in_s = self.lead_in_s if best.lead_in_s is None else best.lead_in_s
        return lead_in_s, self.tail_s if best.tail_s is None else best.tail_s


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    # A server listening on [::] sees IPv4 clients as ::ffff:a.b.c.d.
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
