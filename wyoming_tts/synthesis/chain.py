"""The ordered choices of one answer, and which of them is speaking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wyoming_tts.errors import AllProvidersFailed, BadAudio, ProviderError, ProviderUnavailable, SpeechCutOff

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.synthesis.provider import Link


class Chain:
    """Holds the current link for a whole answer: after a fallback the rest stays with the link that worked."""

    def __init__(self, links: Sequence[Link]) -> None:
        if not links:
            raise AllProvidersFailed([])
        self._links = tuple(links)
        self._index = 0
        self._last_link_retried = False
        self.failures: list[ProviderError] = []
        """What went wrong in this answer, in order."""

    @property
    def current(self) -> Link:
        """The link that speaks now."""
        return self._links[self._index]

    @property
    def is_last(self) -> bool:
        """No further link stands behind the current one."""
        return self._index == len(self._links) - 1

    def succeeded(self) -> None:
        """Note that the current link has spoken an utterance to its end."""
        self._last_link_retried = False

    def fell(self, link: Link, error: ProviderError) -> None:
        """Move on after `link` failed; raises AllProvidersFailed where nothing is left to try.

        The last link gets a second chance per utterance where it died under the work (its worker is started anew) or
        sent damaged audio.
        """
        self.failures.append(error)
        if link is not self.current:
            return
        if not self.is_last:
            self._index += 1
        elif isinstance(error, ProviderUnavailable | SpeechCutOff | BadAudio) and not self._last_link_retried:
            self._last_link_retried = True
        else:
            raise AllProvidersFailed(self.failures) from error
