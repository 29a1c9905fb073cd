"""A house that keeps no speech."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from wyoming_tts.synthesis.provider import Link


class NothingKept:
    """Meets `Memory`: nothing is made ahead."""

    def key(self, link: Link, text: str) -> bytes | None:  # noqa: ARG002 - the contract's
        """Return that nothing of any link is kept."""
        return None

    def has(self, key: bytes) -> bool:  # noqa: ARG002 - the contract's
        """Return that it is not there."""
        return False

    def pin(self, keys: Collection[bytes]) -> None:
        """Keep nothing."""
