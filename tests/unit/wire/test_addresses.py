"""Only addresses that others can reach are announced."""

from __future__ import annotations

from ipaddress import ip_address

import pytest

from wyoming_tts.wire.addresses import announced_addresses, interface_addresses

INTERFACES = {
    "lo": ["127.0.0.1", "::1"],
    "eth0": ["2001:db8::5", "fe80::1%eth0", "192.0.2.5"],
    "wlan0": ["169.254.3.4", "192.0.2.6"],
    "docker0": ["172.17.0.1"],
    "br-0a1b2c": ["172.18.0.1"],
    "vethab12": ["fe80::2%vethab12"],
    "hassio": ["172.30.32.1"],
}


@pytest.mark.parametrize(
    ("host", "announced"),
    [
        ("0.0.0.0", ["192.0.2.5", "192.0.2.6"]),
        ("::", ["192.0.2.5", "192.0.2.6", "2001:db8::5"]),
        ("192.0.2.6", ["192.0.2.6"]),
        ("172.17.0.1", ["172.17.0.1"]),
        ("2001:db8::5", ["2001:db8::5"]),
        ("127.0.0.1", []),
        ("::1", []),
    ],
)
def test_what_others_can_reach(host: str, announced: list[str]) -> None:
    assert announced_addresses(host, INTERFACES) == announced


def test_no_network_is_nothing_to_announce() -> None:
    assert announced_addresses("0.0.0.0", {"lo": ["127.0.0.1"]}) == []


def test_this_machine_has_addresses() -> None:
    found = [address for addresses in interface_addresses().values() for address in addresses]
    assert "127.0.0.1" in found
    assert all(ip_address(address.partition("%")[0]) for address in found)
