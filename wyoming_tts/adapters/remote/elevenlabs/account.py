"""The owner's account at ElevenLabs: its plan, and what is left of its credits."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Any

from wyoming_tts.adapters.credit import Credit

SMALL_PLANS = frozenset({"free", "starter", "creator"})
"""Without `pcm_44100`."""
BEST, USUAL = "pcm_44100", "pcm_24000"

MOST = 1e12
"""Credits, or seconds since 1970: beyond it, it is neither."""


@dataclass(slots=True)
class Account:
    """Starts knowing nothing; a key may lack the right to ask."""

    credit: Credit | None = None
    """None also where more than the plan's credits may be used: then their end is not the end."""
    _best_refused: bool = False
    _plan: str = ""

    def learn(self, subscription: Any, *, per_char: float = 1.0, now_unix_s: float | None = None) -> None:
        """Take what `GET /v1/user/subscription` says; `per_char` are the credits that the model takes."""
        if not isinstance(subscription, dict):
            return
        self._plan = str(subscription.get("tier") or "")
        used, limit = subscription.get("character_count"), subscription.get("character_limit")
        if not (isinstance(used, int) and isinstance(limit, int) and 0 <= used < MOST and 0 <= limit < MOST):
            return
        if subscription.get("allowed_to_extend_character_limit") is True:
            self.credit = None
            return
        resets_at = subscription.get("next_character_count_reset_unix")
        resets_in_s = None
        if isinstance(resets_at, int | float) and 0 <= resets_at < MOST:
            resets_in_s = max(0.0, resets_at - (time.time() if now_unix_s is None else now_unix_s))
        self.credit = Credit(max(0, limit - used), limit, resets_in_s, per_char)

    def spend(self, credits_: float) -> None:
        """Take off what was spoken since; part of a credit counts as a whole one."""
        if self.credit is not None:
            left = max(0, self.credit.left - math.ceil(credits_))
            self.credit = replace(self.credit, left=left)

    @property
    def output_format(self) -> str:
        """The best raw format that the plan is known or hoped to have."""
        return USUAL if self._best_refused or self._plan.lower() in SMALL_PLANS else BEST

    def refuse(self, output_format: str) -> bool:
        """Remember that the plan lacks the best format; whether there is another one to ask for now."""
        self._best_refused = self._best_refused or output_format == BEST
        return output_format == BEST
