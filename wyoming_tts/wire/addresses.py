"""Which addresses are worth announcing to the local network."""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VIRTUAL = ("br-", "docker", "hassio", "veth", "virbr", "cni", "podman", "lxcbr", "lxdbr")
"""Beginnings of the names of bridges inside this machine: nobody outside can reach an address on them."""


def interface_addresses() -> dict[str, list[str]]:
    """Return the machine's IP addresses by network interface."""
    families = (socket.AF_INET, socket.AF_INET6)
    return {
        name: [entry.address for entry in entries if entry.family in families]
        for name, entries in psutil.net_if_addrs().items()
    }


def announced_addresses(host: str, interfaces: Mapping[str, Sequence[str]]) -> list[str]:
    """Return where others can reach a server that listens on `host`, IPv4 first; nothing for loopback.

    `::` stands for IPv4 as well. One exact address is taken as it is, whatever network it is on.
    """
    listening = ip_address(host.partition("%")[0])
    if listening.is_loopback:
        return []
    if not listening.is_unspecified:
        return [str(listening)]
    found = [
        ip_address(text.partition("%")[0])
        for name, texts in interfaces.items()
        if not name.startswith(VIRTUAL)
        for text in texts
    ]
    real = [address for address in found if _is_real(address) and (address.version <= listening.version)]
    return [str(address) for address in sorted(real, key=lambda address: address.version)]


def _is_real(address: IPv4Address | IPv6Address) -> bool:
    return not (address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast)
