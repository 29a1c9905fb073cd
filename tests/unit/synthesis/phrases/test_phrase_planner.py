"""Phrases become the very sentences that a request for them would be spoken in, by the link that is worth keeping."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.fakes.clock import FakeClock
from tests.fakes.house_parts import Parts, pcm_of, request
from tests.fakes.pcm_adapter import PcmAdapter
from tests.fakes.speech_memory import SpeechMemory
from tests.fakes.word_adapter import Vocabulary, WordAdapter
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.synthesis.manner import Manner
from wyoming_tts.synthesis.phrases.phrase_planner import PhrasePlanner
from wyoming_tts.synthesis.reading import TURN_CHARS
from wyoming_tts.synthesis.routing.catalog import HouseVoice
from wyoming_tts.synthesis.routing.privacy import PrivacyRules

if TYPE_CHECKING:
    from collections.abc import Sequence

MANNER = Manner(max_utterance_chars=100, max_unmarked_chars=40, first_audio_s=5.0, last_first_audio_s=5.0, hedge="off")
VOCABULARY = Vocabulary()
WITHIN_S = 10.0


class Scene:
    """Providers in order, of which `espeak`, the last, is instant."""

    def __init__(
        self,
        *adapters: WordAdapter,
        house_voices: Sequence[HouseVoice] = (),
        default_voice: str | None = None,
        privacy: PrivacyRules | None = None,
        unknown_is_error: bool = False,
    ) -> None:
        self.memory = SpeechMemory(instant={"espeak"})
        self.adapters = (*adapters, WordAdapter("espeak", VOCABULARY, quality=0))
        clock = FakeClock()
        self.parts = Parts(
            *(self.memory.provider(adapter, clock) for adapter in self.adapters),
            house_voices=house_voices,
            default_voice=default_voice,
            privacy=privacy,
            manner=MANNER,
            unknown_is_error=unknown_is_error,
        )

    def planner(self, *say: str, voices: Sequence[str] = ()) -> PhrasePlanner:
        return PhrasePlanner(self.parts.router, self.memory, MANNER, say=say, voices=voices)

    async def planned(self, *say: str, voices: Sequence[str] = (), learned: Sequence[str] = ()) -> list[str]:
        plan = await self.planner(*say, voices=voices).plan(learned)
        return [f"{piece.link.name}: {piece.text}" for piece in plan.pieces]


def adapter(name: str, **changes: object) -> WordAdapter:
    return WordAdapter(name, VOCABULARY, **changes)  # type: ignore[arg-type] # a test's shorthand


async def test_a_request_for_a_phrase_says_what_was_planned_word_for_word() -> None:
    text = (
        "**Dinner** is ready :) ... Please come to the table, all of you, before the soup is cold, and wash your "
        "hands, both of them, with soap and water, as your grandmother used to say whenever she was here. "
        "See https://example.com/dinner for more! Nobody needs to bring anything but an appetite. Bon appetit."
    )
    assert len(text) > TURN_CHARS
    for marks in (True, False):
        one = adapter("one", marks=marks)
        scene = Scene(one)
        async with asyncio.timeout(WITHIN_S):
            plan = await scene.planner(text).plan()
        await pcm_of(scene.parts.speaker, request(text))
        sentences = [piece.text for piece in plan.pieces]
        assert len(sentences) > 4
        assert " ".join(sentences) == " ".join(utterance.text for utterance in one.utterances)
        # An answer may join what it says later; it begins with the first piece as it is.
        assert sentences[0] == one.utterances[0].text
        assert all(len(sentence) <= (100 if marks else 40) for sentence in sentences)


async def test_the_first_voice_that_is_worth_keeping_is_chosen() -> None:
    scene = Scene(adapter("one"), adapter("two"))
    scene.memory.instant.add("one")
    assert await scene.planned("Hello.") == ["two/v: Hello."]
    scene.memory.instant.add("two")
    assert await scene.planned("Hello.") == []


async def test_the_owner_s_phrases_may_cost_money_what_was_learned_may_not() -> None:
    scene = Scene(adapter("paid", is_free=False), adapter("free"))
    assert await scene.planned("Hello.", learned=["Bye."]) == ["paid/v: Hello.", "free/v: Bye."]


async def test_what_a_paid_voice_has_said_already_is_kept_from_it() -> None:
    scene = Scene(adapter("paid", is_free=False), adapter("free"))
    paid = scene.parts.router.route(request("")).links[0]
    key = scene.memory.key(paid, "Bye.")
    assert key is not None
    scene.memory.held.add(key)
    assert await scene.planned(learned=["Bye.", "Hello."]) == ["paid/v: Bye.", "free/v: Hello."]


async def test_each_voice_says_each_phrase_in_its_own_way_and_nothing_twice() -> None:
    anna = HouseVoice("Anna", "en-US", (VoiceName("two", "v"),), Prosody(speed=1.5))
    scene = Scene(adapter("one", speakers=("eva",)), adapter("two"), house_voices=[anna])
    plan = await scene.planner("Hello.", "Hello.", voices=["Anna", "one/v", "one/v#eva", "one/v"]).plan(["Hello."])
    assert [(piece.link.name, piece.link.prosody.speed) for piece in plan.pieces] == [
        ("two/v", 1.5),
        ("one/v", 1.0),
        ("one/v#eva", 1.0),
    ]
    assert len({piece.key for piece in plan.pieces}) == 3


async def test_what_was_learned_is_taken_as_it_was_spoken() -> None:
    scene = Scene(adapter("one"))
    assert await scene.planned(learned=["2 * 3 * 4. And _so_ on."]) == ["one/v: 2 * 3 * 4. And _so_ on."]


async def test_nothing_is_kept_of_what_privacy_keeps_at_home_whether_written_or_spoken() -> None:
    scene = Scene(adapter("one"), privacy=PrivacyRules(["door code", r"\*\*gin\*\*"]))
    planner = scene.planner("The **gin** is out.", "Hello. The door *code* is 1234.", "Hello.")
    plan = await planner.plan(["A door code.", "Bye."])
    assert [piece.text for piece in plan.pieces] == ["Hello.", "Bye."]
    assert plan.private == 3


async def test_a_private_voice_s_phrases_are_made_on_this_machine() -> None:
    rules = PrivacyRules(voices=["cloud/v"])
    scene = Scene(adapter("cloud", is_free=False), adapter("home"), privacy=rules)
    assert await scene.planned("Hello.", voices=["cloud/v"]) == ["home/v: Hello."]


async def test_an_unknown_voice_and_a_house_without_one_have_nothing_made() -> None:
    scene = Scene(adapter("one"), unknown_is_error=True)
    assert await scene.planned("Hello.", voices=["Zoe", "one/v"]) == ["one/v: Hello."]
    memory = SpeechMemory()
    planner = PhrasePlanner(Parts().router, memory, MANNER, say=["Hello."])
    assert (await planner.plan()).pieces == ()


async def test_a_phrase_with_nothing_to_say_is_none() -> None:
    scene = Scene(adapter("one"))
    assert await scene.planned("...", "```\ncode\n```") == []


async def test_the_version_of_a_voice_is_in_the_key() -> None:
    memory, one = SpeechMemory(), PcmAdapter("one", {"v": b""})
    parts = Parts(memory.provider(one, FakeClock()))
    planner = PhrasePlanner(parts.router, memory, MANNER, say=["Hello."])
    (before,) = (await planner.plan()).pieces
    one.version = "2"
    (after,) = (await planner.plan()).pieces
    assert before.key != after.key
