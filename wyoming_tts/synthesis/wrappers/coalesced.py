"""The wrapper that has equal utterances at the same time spoken once."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

from wyoming_tts.synthesis.broadcast import Broadcast

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wyoming_tts.adapters.base import Adapter, Capabilities
    from wyoming_tts.speech.audio import AudioStream
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.synthesis.provider import Synthesizes

AHEAD_BYTES = 64 * 1024
"""Of an engine that orders its own work: 1.5 s at 22,050 Hz. What nobody needs yet, others may need its time for."""
PLACE_AHEAD_BYTES = 1024 * 1024
"""Of a provider with places: as a rule a whole utterance, so that none is held by a listener who takes his time."""

PATIENCE_SHARE = 0.5
"""The most of his patience that one who joins gives up with it: it ends with that of the one who came first."""

SLACK_S = 0.25
"""By so much, and half of what he has in hand at the most, one who joins may be due sooner: the listeners to one
announcement are some milliseconds apart, and the rest of it is to be one synthesis too."""


class Coalesced:
    """Speaks once for all who ask for the same while it is being spoken; each hears it from the beginning."""

    def __init__(self, inner: Synthesizes, adapter: Adapter) -> None:
        self._inner = inner
        self._adapter = adapter
        self._spoken: dict[Utterance, Broadcast] = {}
        """Of each utterance the latest: it is the one that may be joined."""

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Speak, or listen to what is being spoken already."""
        capabilities = self._adapter.capabilities
        essence = _essence(utterance, capabilities)
        broadcast = self._spoken.get(essence)
        if broadcast is None or not _can_join(broadcast, utterance):
            ahead_bytes = AHEAD_BYTES if capabilities.orders or capabilities.interleaves else PLACE_AHEAD_BYTES
            broadcast = Broadcast(self._inner, utterance, provider=self._adapter.name, ahead_bytes=ahead_bytes)
            self._spoken[essence] = broadcast
        try:
            async with broadcast.reading() as stream:
                yield stream
        finally:
            if not broadcast.is_open and self._spoken.get(essence) is broadcast:
                del self._spoken[essence]


def _essence(utterance: Utterance, capabilities: Capabilities) -> Utterance:
    """Return the utterance with nothing left that makes no difference to what is heard of it, nor to whether it is.

    One that runs on from others of its answer is nobody else's: the engine ends what it holds for an answer with that.
    """
    if utterance.streamed and capabilities.one_breath:
        return replace(utterance, due_s=0.0, patience_s=None, cacheable=True, sentence_starts=())
    essence = replace(utterance, answer_id="", due_s=0.0, patience_s=None, cacheable=True, sentence_starts=())
    return essence if capabilities.minds_context else replace(essence, previous_text="", next_text="", streamed=False)


def _can_join(broadcast: Broadcast, utterance: Utterance) -> bool:
    """Whether one who joins is heard no later than by an own try, and not given up much sooner."""
    if not broadcast.is_open:
        return False
    due_at = asyncio.get_running_loop().time() + utterance.due_s
    first_due_at = broadcast.began_at + broadcast.utterance.due_s
    patience_s, first_patience_s = (
        inf if one.patience_s is None else one.patience_s for one in (utterance, broadcast.utterance)
    )
    in_time = first_due_at <= due_at + min(SLACK_S, utterance.due_s / 2)
    if broadcast.has_audio:  # the first sound is past, and what has come puts off the moment for both
        return in_time
    return in_time and first_due_at + first_patience_s >= due_at + (1 - PATIENCE_SHARE) * patience_s
