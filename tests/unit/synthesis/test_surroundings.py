"""What a provider learns besides the text it is to say: what stands round it, and when the answer begins and ends."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.clock import settle
from tests.fakes.house_parts import Parts, pcm_of, provider, request, tokens
from tests.fakes.word_adapter import Faults, Vocabulary, WordAdapter
from wyoming_tts.errors import AllProvidersFailed
from wyoming_tts.synthesis.manner import Manner
from wyoming_tts.synthesis.routing.privacy import PrivacyRules

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

TEXT = "This is the first sentence of all of them. Here is the second one of them. And the third is the last."
MANNER = Manner(max_utterance_chars=50, max_unmarked_chars=50, first_audio_s=0.5, last_first_audio_s=0.5, hedge="off")


@dataclass
class Told(WordAdapter):
    """Writes down what it is told, in order."""

    heard: list[str] = field(default_factory=list)
    bug: bool = False

    async def open_ahead(self) -> None:
        self.heard.append("open ahead")
        if self.bug:
            raise ZeroDivisionError

    def answered(self, answer_id: str) -> None:
        self.heard.append(f"answered {answer_id} after {self.left} of {self.entered}")


def two(**first: object) -> tuple[Told, Told, Parts]:
    vocabulary = Vocabulary()
    one, other = Told("one", vocabulary, **first), Told("two", vocabulary)  # type: ignore[arg-type] # a test's shorthand
    return one, other, Parts(provider(one), provider(other), manner=MANNER)


async def test_what_comes_before_and_after_is_told_as_far_as_it_is_known() -> None:
    one, _, parts = two()
    await pcm_of(parts.speaker, request(TEXT))
    first, second, third = one.utterances
    assert [utterance.previous_text for utterance in one.utterances] == ["", first.text, second.text]
    assert [utterance.next_text for utterance in one.utterances[1:]] == [third.text, ""]
    assert not any(utterance.streamed for utterance in one.utterances)


async def test_a_private_sentence_is_not_told_to_who_speaks_the_one_before_it() -> None:
    one, _, parts = two(is_free=False)
    parts = Parts(*parts.catalog.providers, manner=MANNER, privacy=PrivacyRules(["second one"]))
    local = parts.catalog.providers[1].adapter
    assert isinstance(local, Told)
    # The star hides the pattern until it is to be spoken.
    await pcm_of(parts.speaker, request(TEXT.replace("second one", "second *one*")))
    assert [utterance.text for utterance in one.utterances] == ["This is the first sentence of all of them."]
    assert one.utterances[0].next_text == ""
    assert len(local.utterances) == 2


async def test_a_text_stream_says_so_and_opens_connections_before_there_is_a_sentence() -> None:
    one, other, parts = two()
    written = asyncio.Event()

    async def texts() -> AsyncIterator[str]:
        yield "This is "
        await written.wait()
        yield "all."

    speaking = asyncio.create_task(pcm_of(parts.speaker, replace(request(texts()), streamed=True)))
    await settle()
    assert (one.heard, other.heard) == (["open ahead"], ["open ahead"])
    assert not one.utterances
    written.set()
    await speaking
    assert [utterance.streamed for utterance in one.utterances] == [True]
    assert one.heard[1:] == ["answered r1 after 1 of 1"]
    assert other.heard == ["open ahead"], "was never asked to speak"


async def test_everybody_who_was_asked_is_told_of_the_end_however_it_came() -> None:
    one, other, parts = two(faults=Faults(cut_after_words=2, times=1))
    await pcm_of(parts.speaker, request(TEXT))
    assert [heard[-1].split(" after ")[0] for heard in (one.heard, other.heard)] == ["answered r1"] * 2
    one, _, parts = two(gate=asyncio.Event())
    speaking = asyncio.create_task(pcm_of(parts.speaker, request(TEXT)))
    await settle(100)
    speaking.cancel()
    await asyncio.wait({speaking})
    assert one.heard == ["answered r1 after 1 of 1"], "its context had been left before"


async def test_a_bug_in_opening_ahead_ends_no_answer() -> None:
    _, _, parts = two(bug=True)
    assert await pcm_of(parts.speaker, replace(request(tokens("This is ", "all.")), streamed=True))


async def test_nobody_is_told_of_an_answer_that_asked_nobody() -> None:
    one, _, parts = two()
    assert await pcm_of(parts.speaker, request("...")) == b""
    assert one.heard == []
    with pytest.raises(AllProvidersFailed):
        await pcm_of(Parts().speaker, request("Hello."))
