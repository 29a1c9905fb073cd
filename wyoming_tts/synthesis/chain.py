"""The ordered choices of one answer, and which of them is speaking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wyoming_tts.errors import (
    AllProvidersFailed,
    BadAudio,
    CircuitOpen,
    NoAudio,
    ProviderBusy,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    SpeechCutOff,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wyoming_tts.synthesis.provider import Link

SECOND_CHANCE = (ProviderUnavailable, SpeechCutOff, BadAudio, CircuitOpen)
"""After these the last link may well speak when it is asked again."""
WORTH_ANOTHER_ROUND = (CircuitOpen, ProviderBusy, ProviderUnavailable, ProviderTimeout, SpeechCutOff)
"""After these an earlier link may, some seconds later: its worker was started anew, say."""


class Chain:
    """Holds the current link for a whole answer: after a fallback the rest stays with the link that worked.

    Links that were skipped, their circuits being open, or that were gone or too slow are tried once more when the last
    link has failed for good: nobody is mute while some engine might speak.
    """

    def __init__(self, links: Sequence[Link]) -> None:
        if not links:
            raise AllProvidersFailed([])
        self._links = tuple(links)
        self._current = self._links[0]
        self._waiting = list(self._links[1:])
        """Those behind the current one."""
        self._skipped: list[Link] = []
        self._trying_again = False
        self._retried = False
        self.failures: list[ProviderError] = []
        """What went wrong in this answer, in order."""

    @property
    def current(self) -> Link:
        """The link that speaks now."""
        return self._current

    @property
    def is_last(self) -> bool:
        """No further link stands behind the current one."""
        return not self._waiting

    @property
    def insisting(self) -> bool:
        """Nobody else is left to say it: the current link is to be tried also where its circuit is open."""
        return self.is_last or self._trying_again

    @property
    def stays_here(self) -> bool:
        """Nothing that any link is told, now or after a failure, leaves this machine."""
        return all(_is_local(link) for link in (self._current, *self._waiting, *self._skipped))

    def following(self) -> Sequence[Link]:
        """Return the links behind the current one, in order."""
        return tuple(self._waiting)

    def succeeded(self) -> None:
        """Note that the current link has spoken an utterance to its end."""
        self._retried = False

    def fell(self, link: Link, error: ProviderError) -> None:
        """Move on after `link` failed; raises AllProvidersFailed where nothing is left to try.

        The last link gets a second chance per utterance where it died under the work (its worker is started anew), sent
        damaged audio, or was not insisted on yet.
        """
        self.failures.append(error)
        if not error.fall_back:
            raise AllProvidersFailed(self.failures) from error
        if link is not self._current:
            return
        if isinstance(error, WORTH_ANOTHER_ROUND) and not self.insisting:
            self._skipped.append(link)
        if self._deserves_another(error):
            self._retried = True
        elif self._waiting:
            self._current, self._retried = self._waiting.pop(0), False
        # A last link that makes no sound is well: there is nothing to say, and those that are not well know no better.
        elif self._skipped and not isinstance(error, NoAudio):
            self._try_again([*self._skipped, *([link] if isinstance(error, WORTH_ANOTHER_ROUND) else [])])
        else:
            raise AllProvidersFailed(self.failures) from error

    def _deserves_another(self, error: ProviderError) -> bool:
        """Whether the link is asked again at once: the last one, or in the second round one that was there."""
        if self._retried or not isinstance(error, SECOND_CHANCE):
            return False
        others_wait = bool(self._waiting or self._skipped)
        return not (others_wait and isinstance(error, ProviderUnavailable)) and (
            not self._waiting or (self._trying_again and not isinstance(error, CircuitOpen))
        )

    def moved_to(self, link: Link, error: ProviderError) -> None:
        """Stay with `link`, which was started beside the current one and was heard first; `error` is the latter's.

        A link that is no longer behind the current one moves nothing.
        """
        self.failures.append(error)
        place = next((place for place, waiting in enumerate(self._waiting) if waiting is link), None)
        if place is not None:
            self._skipped.append(self._current)
            self._current = link
            del self._waiting[: place + 1]

    def keep_local(self) -> None:
        """Use only links on this machine from now on; raises AllProvidersFailed where there is none."""
        self._waiting = _local(self._waiting)
        self._skipped = _local(self._skipped)
        if _is_local(self._current):
            return
        if self._waiting:
            self._current = self._waiting.pop(0)
        elif again := self._skipped or _local(self._links):  # one that failed before is better than nobody
            self._try_again(again)
        else:
            raise AllProvidersFailed(self.failures)

    def _try_again(self, links: Sequence[Link]) -> None:
        self._current, *self._waiting = links
        self._skipped = []
        self._trying_again = True
        self._retried = False


def _local(links: Iterable[Link]) -> list[Link]:
    return [link for link in links if _is_local(link)]


def _is_local(link: Link) -> bool:
    return link.provider.adapter.capabilities.local
