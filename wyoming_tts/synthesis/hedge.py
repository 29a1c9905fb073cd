"""Starting the next link beside one that is late: whichever is heard first stays."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from wyoming_tts.errors import ProviderTimeout

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wyoming_tts.synthesis.attempt import Attempt
    from wyoming_tts.synthesis.launcher import Launcher
    from wyoming_tts.synthesis.part import Part
    from wyoming_tts.synthesis.playout import Playout

GRACE_S = 0.05
"""For the attempt to say itself that its time is over."""

RIVAL_LEAD_S = 0.3
"""Of audio that the listener has in hand when a rival is started: a local engine is heard by then."""


class Hedge:
    """Watches the first audio of one answer's parts."""

    def __init__(self, launcher: Launcher, playout: Playout) -> None:
        self._launcher = launcher
        self._playout = playout

    async def overtaken(self, part: Part) -> bool:
        """Wait until the part can be heard, or its attempt has failed; return whether its rival was heard first.

        A rival that is still waiting for its first audio when the attempt fails stays with the part. Raises
        ProviderTimeout where the attempt was begun long ahead, and is not there now that the listener has run dry.
        """
        late_in_s, overdue_in_s = self._late_in_s(part), self._overdue_in_s(part)
        began = _now()
        if part.rival is None and await _first_to_stir(part.attempt, within_s=late_in_s) is None:
            part.rival = self._launcher.rival(part.attempt)
        while True:
            attempts = (part.attempt,) if part.rival is None else (part.attempt, part.rival)
            first = await _first_to_stir(*attempts, within_s=max(0.0, began + overdue_in_s - _now()))
            if first is None:
                part.attempt.lose()
                raise ProviderTimeout("its first audio did not come in time", provider=part.attempt.link.provider.name)
            if first is part.rival and first.has_audio:
                return True
            if first is part.rival or first.has_audio:  # a rival that failed is not told: its own breaker knows
                part.drop_rival()
            if first is part.attempt:
                return False

    def _late_in_s(self, part: Part) -> float:
        """Return when a rival is to be started: the attempt is late, and the listener will soon run dry."""
        late_at = part.attempt.began_at + self._launcher.late_after_s(part.attempt.link)
        return max(late_at - _now(), self._playout.in_hand_s() - RIVAL_LEAD_S)

    def _overdue_in_s(self, part: Part) -> float:
        """Return when the listener's patience is over: it counts from when he has played what he has."""
        return self._playout.in_hand_s() + (part.attempt.utterance.patience_s or 0.0) + GRACE_S


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _first_to_stir(*attempts: Attempt, within_s: float | None = None) -> Attempt | None:
    """Return the first attempt that has audio or has ended, the earlier one where both have; None after `within_s`."""
    if not any(attempt.has_stirred for attempt in attempts) and (within_s is None or within_s > 0):
        if len(attempts) == 1:  # as nearly always: tasks for it would cost the first audio three turns of the loop
            with suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await attempts[0].stir()
        else:
            await _any_to_stir(attempts, within_s)
    return next((attempt for attempt in attempts if attempt.has_stirred), None)


async def _any_to_stir(attempts: Iterable[Attempt], within_s: float | None) -> None:
    waits = [asyncio.ensure_future(attempt.stir()) for attempt in attempts]
    try:
        await asyncio.wait(waits, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.wait(waits)
