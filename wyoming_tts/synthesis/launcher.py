"""Begins attempts: the chain's link, its share of the text, and the patience it is given."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.synthesis.attempt import Attempt
from wyoming_tts.text.utterances import bounded

if TYPE_CHECKING:
    import asyncio

    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.speech.request import SpeechRequest
    from wyoming_tts.synthesis.chain import Chain
    from wyoming_tts.synthesis.manner import Manner
    from wyoming_tts.synthesis.plan import Plan
    from wyoming_tts.synthesis.provider import Link


class Launcher:
    """Makes utterances for one answer and starts them in its task group."""

    def __init__(self, request: SpeechRequest, chain: Chain, manner: Manner, tasks: asyncio.TaskGroup) -> None:
        self._request = request
        self._chain = chain
        self._manner = manner
        self._tasks = tasks
        self._asked: dict[str, Adapter] = {}
        self.keeps = True
        """Whether the audio may be kept: not of what the owner calls private."""

    def max_chars(self, link: Link | None = None) -> int:
        """Return the longest text that the link, or the current one, gets at once."""
        link = link or self._chain.current
        return self._manner.max_chars(link.provider.adapter, link.voice)

    @property
    def joinable(self) -> bool:
        """Whether sentences may be put together for the current link."""
        return not self._chain.current.sentence_pause_s

    @property
    def works_longer_for_more(self) -> bool:
        """Whether the current link is heard the sooner, the less it is given: a voice that computes on this machine."""
        capabilities = self._chain.current.provider.adapter.capabilities
        return capabilities.local and not capabilities.instant

    def holds(self, text: str) -> bool:
        """Whether the current link has the audio of this text at hand."""
        return self._chain.current.holds(text)

    async def open_ahead(self) -> None:
        """Have connections ready to those who will probably speak, while the first clause is still being written."""
        if not self._request.streamed:
            return
        for link in [self._chain.current, *self._chain.following()[:1]]:
            if link.provider.breaker.allows():
                with suppress(Exception):  # the utterance itself will show what is wrong
                    await link.provider.adapter.open_ahead()

    def end(self) -> None:
        """Tell everybody who was asked that the answer is over; all attempts have ended."""
        for adapter in self._asked.values():
            adapter.answered(self._request.id)

    def begin(
        self,
        text: str,
        previous_text: str,
        next_text: str = "",
        *,
        due_s: float = 0.0,
        cacheable: bool = True,
        sentence_starts: tuple[int, ...] = (0,),
    ) -> Attempt:
        """Begin the text, which the current link can take whole, on it."""
        patience_s = self._manner.last_first_audio_s if self._chain.insisting else self._manner.first_audio_s
        piece = _Piece(text, previous_text, next_text, cacheable, sentence_starts)
        return self._start(self._chain.current, piece, patience_s, due_s=due_s)

    def begin_plan(self, plan: Plan, previous_text: str, next_text: str, *, due_s: float) -> tuple[Attempt, list[str]]:
        """Begin what was planned on the current link; return also what is left to say where it is too long for it."""
        first, others = self.split(plan.text)
        starts = (0,) if others else plan.sentence_starts
        attempt = self.begin(first, previous_text, [*others, next_text][0], due_s=due_s, sentence_starts=starts)
        return attempt, others

    def split(self, text: str) -> tuple[str, list[str]]:
        """Return as much of the text as the current link takes at once, and the rest in pieces."""
        first, *others = bounded(text, self.max_chars()) or [text]
        return first, others

    def rival(self, attempt: Attempt) -> Attempt | None:
        """Begin the same utterance on the next link that may be tried; None where it may not be started unasked."""
        following = self._chain.following()
        link = next((link for link in following if link.provider.breaker.allows()), None)
        if link is None or self._manner.hedge == "off" or len(attempt.utterance.text) > self.max_chars(link):
            return None
        if self._manner.hedge == "free" and not link.provider.adapter.capabilities.free:
            return None
        utterance = attempt.utterance
        patience_s = self._manner.last_first_audio_s if link is following[-1] else self._manner.first_audio_s
        piece = _Piece(
            utterance.text,
            utterance.previous_text,
            utterance.next_text,
            utterance.cacheable,
            utterance.sentence_starts,
        )
        return self._start(link, piece, patience_s)

    def late_after_s(self, link: Link) -> float:
        """Return how long the first audio of a link may take before another one is started beside it."""
        usual_s = link.provider.breaker.first_audio.usual() or 0.0
        return min(max(self._manner.hedge_after_s, usual_s), self._manner.first_audio_s)

    def _start(self, link: Link, piece: _Piece, patience_s: float, *, due_s: float = 0.0) -> Attempt:
        utterance = Utterance(
            text=piece.text,
            voice=link.voice,
            speaker=link.speaker,
            prosody=link.prosody,
            language=link.language,
            answer_id=self._request.id,
            previous_text=piece.previous_text,
            next_text=piece.next_text,
            streamed=self._request.streamed,
            cacheable=piece.cacheable and self.keeps,
            due_s=due_s,
            patience_s=patience_s,
            via=self._request.via,
            insist=self._chain.insisting,
            sentence_starts=piece.sentence_starts,
        )
        self._asked[link.provider.name] = link.provider.adapter
        attempt = Attempt(link, utterance)
        attempt.start(self._tasks)
        return attempt


@dataclass(frozen=True, slots=True)
class _Piece:
    """A text to be said at once, with what stands round it."""

    text: str
    previous_text: str
    next_text: str
    cacheable: bool
    sentence_starts: tuple[int, ...]
