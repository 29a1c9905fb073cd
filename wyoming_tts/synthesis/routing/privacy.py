"""What must not leave this machine: some clients' texts, some voices' texts, and texts that say certain things."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TYPE_CHECKING

import regex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wyoming_tts.speech.request import SpeechRequest

LOOKED_BACK_CHARS = 10_000
"""Of the text before a new piece, for matches that began there; it bounds a search, and what is kept."""

PATTERN_TIMEOUT_S = 0.01
"""A pattern of the owner's that backtracks without end would hold up the whole house; a sane one takes 0.1 ms."""


class PrivacyRules:
    """The owner's rules. A house without any keeps nothing from anybody."""

    def __init__(self, patterns: Iterable[str] = (), voices: Iterable[str] = (), networks: Iterable[str] = ()) -> None:
        self._patterns = tuple(regex.compile(pattern) for pattern in patterns)
        self._voices = frozenset(voice.casefold() for voice in voices)
        self._networks: tuple[IPv4Network | IPv6Network, ...] = tuple(ip_network(network) for network in networks)

    def is_private_request(self, request: SpeechRequest, *resolved: str) -> bool:
        """Whether only this machine may speak it, for its client or its voice: as it was sent, or as it was resolved.

        A rule for a voice holds for its speakers and variants as well, and one without a provider for any provider's.
        """
        names = {spelling for name in (request.voice or "", *resolved) for spelling in _spellings(name)}
        return not self._voices.isdisjoint(names) or self._is_local_client(request.client)

    def text(self) -> PrivateText:
        """Return what watches the text of one request."""
        return PrivateText(self._patterns)

    def _is_local_client(self, client: str) -> bool:
        address = _address(client)
        return address is not None and any(address in network for network in self._networks)


class PrivateText:
    """Watches one request's text as it arrives: private from the first match of any pattern on."""

    def __init__(self, patterns: Sequence[regex.Pattern[str]]) -> None:
        self._patterns = patterns
        self._tail = ""
        self.private = False
        """Something private was said; from now on only this machine may speak."""

    @property
    def may_become_private(self) -> bool:
        """Whether what is yet to come might show that something private is being said."""
        return bool(self._patterns) and not self.private

    def feed(self, piece: str) -> bool:
        """Take the next piece of the client's text, in any chunking; return `private`.

        A pattern that takes too long counts as a match: better a plainer voice than a secret told.
        """
        for start in range(0, len(piece), LOOKED_BACK_CHARS):
            if self.private or not self._patterns:
                break
            text = self._tail + piece[start : start + LOOKED_BACK_CHARS]
            self._tail = text[-LOOKED_BACK_CHARS:]
            self.private = any(_matches(pattern, text) for pattern in self._patterns)
        return self.private


def _matches(pattern: regex.Pattern[str], text: str) -> bool:
    try:
        return pattern.search(text, timeout=PATTERN_TIMEOUT_S) is not None
    except TimeoutError:
        return True


def _spellings(name: str) -> Iterator[str]:
    """Yield every name a rule may give to a voice: without speaker, without variant, without provider."""
    full = name.casefold()
    for spelt in (full, full.partition("#")[0], full.partition("#")[0].partition("+")[0]):
        yield spelt
        yield spelt.partition("/")[2]


def _address(client: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(client)
    except ValueError:
        return None
    # A server listening on [::] sees IPv4 clients as ::ffff:a.b.c.d.
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
