"""What has to be known of a request's text while it is read: whether it is private, and what to keep if all fails."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from wyoming_tts.store.text_hash import TextHash
    from wyoming_tts.synthesis.routing.privacy import PrivacyRules


class TextWatch:
    """Sees all text of one request: as the client writes it, and as it will be spoken."""

    def __init__(
        self,
        rules: PrivacyRules,
        hash_: TextHash | None = None,
        *,
        keep: bool = False,
        learn: Callable[[str], None] | None = None,
    ) -> None:
        """Take the rules, the hash to feed, whether the text is kept, and who learns from sentences."""
        # Markup may hide what is said, and may be what a pattern is about: both are looked at, each by itself.
        self._written = rules.text()
        self._spoken = rules.text()
        self._unseen: list[str] = []
        """Written since somebody asked last: tokens are looked at together."""
        self._hash = hash_
        self._kept: list[str] | None = [] if keep else None
        self._learn = learn
        self.learns = True
        """Whether sentences may be learned at all: not those of private requests."""

    def read(self, text: str) -> None:
        """Take text as it came from the client."""
        self._unseen.append(text)
        if self._hash is not None:
            self._hash.update(text)
        if self._kept is not None:
            self._kept.append(text)

    @property
    def may_become_private(self) -> bool:
        """Whether what is yet to come might show that something private is being said."""
        return self._spoken.may_become_private

    def is_private(self, utterance: str) -> bool:
        """Whether this text, which is to be spoken next, or anything before it must stay on this machine."""
        written, self._unseen = "".join(self._unseen), []
        self._written.feed(written)
        self._spoken.feed(f"{utterance} ")
        return self._written.private or self._spoken.private

    def said(self, sentence: str) -> None:
        """Note a whole sentence as it is spoken: somebody may learn from it, where nothing private was said yet."""
        if self._learn is not None and self.learns and not (self._written.private or self._spoken.private):
            self._learn(sentence)

    def what_may_be_told(self, coming: str) -> str:
        """Return text that is to be spoken later, where whoever speaks what comes before it may know it; else ""."""
        ahead = copy(self._spoken)
        ahead.feed(coming)
        return "" if self._written.private or ahead.private else coming

    @property
    def text(self) -> str | None:
        """All of it so far, where the owner wants it kept."""
        return None if self._kept is None else "".join(self._kept)

    @property
    def text_hash(self) -> str:
        """Its keyed hash; empty where there is no key."""
        return "" if self._hash is None else self._hash.hexdigest()
