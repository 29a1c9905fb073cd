"""From phrases to sentences that links are to say ahead: read, split and routed just as a request for them would be."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from wyoming_tts.errors import TtsError
from wyoming_tts.speech.request import SpeechRequest, whole
from wyoming_tts.synthesis.reading import Reading
from wyoming_tts.synthesis.text_watch import TextWatch
from wyoming_tts.text.utterances import bounded

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from wyoming_tts.synthesis.manner import Manner
    from wyoming_tts.synthesis.provider import Link
    from wyoming_tts.synthesis.routing.router import Router


class Memory(Protocol):
    """Where speech is kept once it was made."""

    def key(self, link: Link, text: str) -> bytes | None:
        """Return what the link's speech of this text is kept under; None where nothing of the link is kept."""
        ...

    def has(self, key: bytes) -> bool:
        """Whether it is there."""
        ...

    def pin(self, keys: Collection[bytes]) -> None:
        """Keep these, whatever else would need their room; in place of those pinned before."""
        ...


@dataclass(frozen=True, slots=True)
class Piece:
    """One sentence, or part of an overlong one, as one link is to say it."""

    link: Link
    text: str
    key: bytes


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is to be ready."""

    pieces: tuple[Piece, ...] = ()
    private: int = 0
    """Phrases of which nothing may be kept, since they must not leave this machine."""


class PhrasePlanner:
    """Finds for each phrase the first link of its chain that is worth keeping and may be paid."""

    def __init__(
        self, router: Router, memory: Memory, manner: Manner, *, say: Sequence[str], voices: Sequence[str] = ()
    ) -> None:
        """Take the owner's phrases, and the voices that say them; none for the default voice."""
        self._router = router
        self.memory = memory
        """Where what is made is kept."""
        self._manner = manner
        self._say = tuple(say)
        self._voices: Sequence[str | None] = tuple(voices) or (None,)

    @property
    def wanted(self) -> bool:
        """Whether the owner has listed any phrase."""
        return bool(self._say)

    async def plan(self, learned: Sequence[str] = ()) -> Plan:
        """Return each piece once, the owner's phrases first. What was learned is one sentence each, cleaned already."""
        pieces: dict[bytes, Piece] = {}
        private = 0
        for text, is_learned in [*((text, False) for text in self._say), *((text, True) for text in learned)]:
            await asyncio.sleep(0)  # reading takes a millisecond or two, and others wait for their turn
            sentences = [text] if is_learned else await self._sentences(text)
            if self._is_private(text, sentences):
                private += 1
                continue
            for voice in self._voices:
                links = await self._links(text, voice)
                pieces |= {piece.key: piece for piece in self._chosen(links, sentences, may_cost=not is_learned)}
        return Plan(tuple(pieces.values()), private)

    async def _sentences(self, text: str) -> list[str]:
        """Return the text in pieces that can be spoken, as an answer takes them."""
        max_chars = self._manner.max_utterance_chars
        reading = Reading(_request(text), max_chars=max_chars, code_blocks=self._manner.code_blocks)
        reading.read_on()
        await reading.run()
        sentences = []
        while await reading.available():
            sentences.append(reading.take(1, max_chars)[0].text)
        return sentences

    def _is_private(self, text: str, sentences: Sequence[str]) -> bool:
        watch = TextWatch(self._router.privacy)
        watch.read(text)
        return any(watch.is_private(sentence) for sentence in sentences)

    async def _links(self, text: str, voice: str | None) -> Sequence[Link]:
        """Return the chain that a request would get, as long as nobody asks for another language."""
        try:
            async with self._router.routed(_request(text, voice)) as (_, route):
                return route.links
        except TtsError:  # no voice yet, or none of that name: whoever asks for it is told
            return ()

    def _chosen(self, links: Sequence[Link], sentences: Sequence[str], *, may_cost: bool) -> Sequence[Piece]:
        for link in links:
            pieces = tuple(self._pieces(link, sentences))
            if pieces and (may_cost or self._costs_nothing(link, pieces)):
                return pieces
        return ()

    def _pieces(self, link: Link, sentences: Sequence[str]) -> Iterator[Piece]:
        """Yield what the link says, in what it takes at once; nothing where nothing of it is kept."""
        max_chars = self._manner.max_chars(link.provider.adapter, link.voice)
        for sentence in sentences:
            for text in bounded(sentence, max_chars):
                if (key := self.memory.key(link, text)) is not None:
                    yield Piece(link, text, key)

    def _costs_nothing(self, link: Link, pieces: Sequence[Piece]) -> bool:
        """Whether all of it may be had for free, or has been paid for already."""
        return link.provider.adapter.capabilities.free or all(self.memory.has(piece.key) for piece in pieces)


def _request(text: str, voice: str | None = None) -> SpeechRequest:
    return SpeechRequest("phrases", whole(text), voice=voice)
