"""How loud the speech is, and what is put around it for players that swallow its edges."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Annotated

from pydantic import Field

from wyoming_tts.settings.section import Network, Number, Pause, Section


class NetworkAudio(Section):
    """Silence for the clients of one network, a room's player say."""

    network: Network
    """Which clients: an address or a network, `192.168.1.40` or `192.168.1.0/24`. The narrowest that fits counts."""
    lead_in_s: Pause | None = None
    """Silence before the speech, in seconds; leave it out for everybody's."""
    tail_s: Pause | None = None
    """Silence after the speech, in seconds; leave it out for everybody's."""


class AudioSettings(Section):
    """How loud the speech is, and silence around it for players that miss its first or last moment."""

    lead_in_s: Pause = 0.0
    """Silence before the speech, in seconds, for speakers that wake up slowly."""
    tail_s: Pause = 0.0
    """Silence after the speech, in seconds, for speakers that stop too early."""
    level_voices: bool = True
    """Whether all voices are made equally loud, so that another one that carries on does not startle anybody."""
    loudness_lufs: Annotated[Number, Field(ge=-40.0, le=-10.0)] = -20.0
    """How loud, in LUFS (ITU-R BS.1770): -16 is a podcast, -23 is television."""
    networks: tuple[NetworkAudio, ...] = ()
    """Other silences for some clients."""

    def padding(self, client_address: str) -> tuple[float, float]:
        """Return seconds of silence before and after the speech for a client's IP address, or for any other text."""
        address = _address(client_address)
        best, length = None, -1
        for entry in self.networks:
            around = ip_network(entry.network)
            if address is not None and address in around and around.prefixlen > length:
                best, length = entry, around.prefixlen
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
