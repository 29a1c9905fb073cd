"""What must not leave this machine is said by this machine, whole and once, whoever would be first otherwise."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.house_parts import Parts, provider, request
from tests.fakes.idle_loop import LoopClock, run_idle
from tests.fakes.word_adapter import WORD, Faults, Vocabulary, WordAdapter
from wyoming_tts.errors import AllProvidersFailed, BadCredentials, RateLimited
from wyoming_tts.synthesis.manner import Manner
from wyoming_tts.synthesis.routing.privacy import PrivacyRules

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from wyoming_tts.speech.request import SpeechRequest

DOOR = PrivacyRules(["(?i)door code"])
BEFORE = "The lights are on. The heating is off."
SECRET = "And the door code is one two three. Tell nobody of it. Good night."
TEXT = f"{BEFORE} {SECRET}"
MARKED_TEXT = f"{BEFORE} {SECRET.replace('code', '**code**')}"


def words(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(text)]


class Home:
    """Adapters in the order of their chain, the last one the last resort, under the owner's rules."""

    def __init__(self, *adapters: WordAdapter, rules: PrivacyRules = DOOR, manner: Manner | None = None) -> None:
        self.adapters = adapters
        self.vocabulary = adapters[0].vocabulary
        for place, adapter in enumerate(reversed(adapters)):
            adapter.quality = place
        providers = [provider(adapter, clock=LoopClock(), gap_s=1.5) for adapter in adapters]
        manner = manner or Manner(hedge="off")
        self.speaker = Parts(*providers, manner=manner, privacy=rules, clock=LoopClock()).speaker

    async def say(self, asked: SpeechRequest) -> list[str]:
        async with self.speaker.answer(asked) as answer:
            pcm = b"".join([chunk.pcm async for chunk in answer.chunks()])
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert all(adapter.entered == adapter.left for adapter in self.adapters)
        return self.vocabulary.heard(pcm)

    @property
    def told(self) -> list[list[str]]:
        """What each adapter got to see, word by word, in order."""
        return [
            [word for utterance in adapter.utterances for word in words(utterance.text)] for adapter in self.adapters
        ]


def cloud(vocabulary: Vocabulary, name: str = "cloud", faults: Faults | None = None) -> WordAdapter:
    return WordAdapter(name, vocabulary, is_free=False, faults=faults)


def two(rules: PrivacyRules = DOOR) -> Home:
    vocabulary = Vocabulary()
    return Home(cloud(vocabulary), WordAdapter("local", vocabulary), rules=rules)


def seen(adapter: WordAdapter) -> str:
    """Everything that left for the adapter."""
    return " ".join(f"{utterance.previous_text} {utterance.text}" for utterance in adapter.utterances)


def stream(*texts: str, every_s: float = 0.0) -> SpeechRequest:
    async def writing() -> AsyncIterator[str]:
        for text in texts:
            yield text
            await asyncio.sleep(every_s)

    return replace(request(writing()), streamed=True)


def in_chunks(text: str, size: int) -> Sequence[str]:
    return [text[start : start + size] for start in range(0, len(text), size)]


@pytest.mark.parametrize(
    "before", ["", BEFORE + " ", "".join(f"The sun shines on house {number} again. " for number in range(40))]
)
def test_a_whole_text_with_a_secret_never_leaves(before: str) -> None:
    async def run() -> None:
        home = two()
        assert await home.say(request(before + SECRET)) == words(before + SECRET)
        assert home.told == [[], words(before + SECRET)]

    run_idle(run())


def test_a_text_without_a_secret_is_said_by_the_first() -> None:
    async def run() -> None:
        home = two()
        assert await home.say(request(BEFORE)) == words(BEFORE)
        assert home.told == [words(BEFORE), []]

    run_idle(run())


@pytest.mark.parametrize("text", [TEXT, MARKED_TEXT], ids=["plain", "marked"])
@pytest.mark.parametrize("every_s", [0.0, 0.02, 0.2])
@pytest.mark.parametrize("size", [1, 3, 7])
def test_a_text_stream_leaves_only_up_to_the_secret(size: int, every_s: float, text: str) -> None:
    async def run() -> None:
        home = two()
        assert await home.say(stream(*in_chunks(text, size), every_s=every_s)) == words(TEXT)
        away, here = home.told
        assert away + here == words(TEXT), "nothing is prepared twice"
        assert words(BEFORE)[: len(away)] == away
        assert here[-len(words(SECRET)) :] == words(SECRET)
        assert "door" not in seen(home.adapters[0])
        if every_s == 0.2:
            assert away == words(BEFORE), "what was said before the secret is no secret"

    run_idle(run())


def test_what_is_prepared_ahead_is_looked_at_first() -> None:
    async def run() -> None:
        home = two()
        long = "One two three four five six seven eight nine ten eleven twelve. "
        heard = await home.say(stream(long, BEFORE + " ", f"{SECRET} {BEFORE}", every_s=0.1))
        assert heard == words(long + TEXT + BEFORE)
        assert "door" not in seen(home.adapters[0])
        assert "nobody" not in seen(home.adapters[0])
        assert home.told[0] == words(f"{long} The lights are on."), "what follows waited to be a whole sentence"
        assert home.adapters[1].utterances[0].previous_text, "and it was prepared while the cloud still spoke"

    run_idle(run())


def test_after_the_secret_nothing_leaves_any_more() -> None:
    async def run() -> None:
        home = two()
        later = "The rain has stopped. The news is next."
        assert await home.say(stream(BEFORE + " ", SECRET + " ", later, every_s=5.0)) == words(TEXT + later)
        assert home.told == [words(BEFORE), words(SECRET + later)]

    run_idle(run())


@pytest.mark.parametrize("size", [1, 4, 1000])
@pytest.mark.parametrize("text", ["The door **code** is 1234.", "The *door* code is 1234.", "The door [code](x) is 1."])
def test_marks_hide_no_secret(text: str, size: int) -> None:
    async def run() -> None:
        home = two()
        asked = request(text) if size == 1000 else stream(*in_chunks(text, size))
        assert (await home.say(asked))[:3] == ["the", "door", "code"]
        assert home.told[0] == []

    run_idle(run())


def test_marks_may_be_the_secret_themselves() -> None:
    async def run() -> None:
        home = two(PrivacyRules([r"\*\*"]))
        assert await home.say(request("Come **home** now.")) == ["come", "home", "now"]
        assert home.told[0] == []

    run_idle(run())


def test_a_secret_over_two_utterances_is_one() -> None:
    async def run() -> None:
        home = two(PrivacyRules(["off[.] And the door"]))
        assert await home.say(request(MARKED_TEXT)) == words(TEXT)
        assert home.told == [[], words(TEXT)]
        home = two(PrivacyRules(["off[.] And the door code"]))
        assert await home.say(stream(*in_chunks(MARKED_TEXT, 5), every_s=0.1)) == words(TEXT)
        assert "door" not in seen(home.adapters[0])

    run_idle(run())


@pytest.mark.parametrize(
    ("rules", "more"),
    [
        (PrivacyRules(networks=["10.0.0.0/8"]), {"client": "10.1.2.3"}),
        (PrivacyRules(networks=["10.0.0.0/8"]), {"client": "::ffff:10.1.2.3"}),
        (PrivacyRules(voices=["cloud/v"]), {"voice": "cloud/v"}),
        (PrivacyRules(voices=["cloud/v"]), {}),
        (PrivacyRules(voices=["kids"]), {"voice": "Kids"}),
    ],
    ids=["network", "mapped", "voice", "default", "unknown"],
)
@pytest.mark.parametrize("is_stream", [False, True])
def test_a_private_client_or_voice_is_answered_here(
    rules: PrivacyRules,
    more: dict[str, str],
    is_stream: bool,  # noqa: FBT001 - a parameter of the table
) -> None:
    async def run() -> None:
        home = two(rules)
        asked = stream(*in_chunks(BEFORE, 6)) if is_stream else request(BEFORE)
        assert await home.say(replace(asked, **more)) == words(BEFORE)  # type: ignore[arg-type] # strings all
        assert home.told == [[], words(BEFORE)]

    run_idle(run())


def test_no_rival_elsewhere_is_started_for_a_secret() -> None:
    async def run() -> None:
        vocabulary = Vocabulary()
        slow, away = WordAdapter("slow", vocabulary, delay_s=1.4), cloud(vocabulary)
        home = Home(slow, away, WordAdapter("local", vocabulary), manner=Manner(hedge="any"))
        assert await home.say(request(SECRET)) == words(SECRET)
        assert home.told[1:] == [[], words(SECRET)], "the rival is the next one of this machine"

    run_idle(run())


def test_a_rival_elsewhere_gets_what_is_no_secret_and_no_more() -> None:
    async def run() -> None:
        vocabulary = Vocabulary()
        slow, away = WordAdapter("slow", vocabulary, delay_s=1.4), cloud(vocabulary)
        home = Home(slow, away, WordAdapter("local", vocabulary), manner=Manner(hedge="any"))
        assert await home.say(stream("The lights are on. Then", " ", *in_chunks(TEXT, 9), every_s=0.3)) == words(
            f"The lights are on. Then {TEXT}"
        )
        assert home.told[1][:4] == ["the", "lights", "are", "on"], "it was faster"
        assert "door" not in seen(away)

    run_idle(run())


@pytest.mark.parametrize("faults", [Faults(cut_after_words=2), Faults(stall_after_words=2), Faults(refuse=RateLimited)])
def test_what_another_provider_elsewhere_would_carry_on_is_carried_on_here(faults: Faults) -> None:
    async def run() -> None:
        vocabulary = Vocabulary()
        first, other = cloud(vocabulary, faults=faults), cloud(vocabulary, "other")
        home = Home(first, other, WordAdapter("local", vocabulary))
        heard = await home.say(stream("The lights are on", ". Then", " ", SECRET, every_s=0.05))
        expected = words(f"The lights are on. Then {SECRET}")
        assert [word for before, word in zip([None, *heard], heard, strict=False) if word != before] == expected
        assert len(heard) <= len(expected) + 1, "the word that was cut is said again"
        assert "door" not in seen(first) + seen(other)

    run_idle(run())


def test_a_secret_that_nobody_here_can_say_is_not_said() -> None:
    async def run() -> None:
        home = two()
        home.adapters[1].faults = Faults(refuse=BadCredentials)
        with pytest.raises(AllProvidersFailed, match="local refused the key"):
            await home.say(request(TEXT))
        assert home.told[0] == []

        vocabulary = Vocabulary()
        home = Home(cloud(vocabulary), cloud(vocabulary, "other"))
        with pytest.raises(AllProvidersFailed):
            await home.say(request(TEXT))
        assert home.told == [[], []]

    run_idle(run())


def test_one_of_this_machine_that_failed_before_the_secret_is_asked_once_more() -> None:
    async def run() -> None:
        vocabulary = Vocabulary()
        here, away = WordAdapter("here", vocabulary, faults=Faults(cut_after_words=2, times=1)), cloud(vocabulary)
        home = Home(here, away)
        heard = await home.say(stream("The lights are on. Then", " ", SECRET, every_s=1.0))
        assert heard == ["the", "lights", "lights", "are", "on", *words(f"Then {SECRET}")]
        assert "door" not in seen(away)
        assert home.told[1] == ["lights", "are", "on"]

    run_idle(run())


@pytest.mark.parametrize("told", [True, False])
def test_a_sentence_is_not_begun_elsewhere_before_all_of_it_was_seen(*, told: bool) -> None:
    """Half of it may look harmless; without a rule the first clause is heard before the sentence has been written."""

    async def written() -> AsyncIterator[str]:
        for token in ("To get into the house from the garden, ", "you type the door ", "code and wait. "):
            yield token
            await asyncio.sleep(0.4)

    async def run() -> None:
        words_ = Vocabulary()
        away = WordAdapter("away", words_, is_free=False)
        rules = PrivacyRules() if told else DOOR
        home = Home(away, WordAdapter("local", words_), rules=rules)
        await home.say(replace(request(written()), streamed=True))
        first = away.utterances[0].text if away.utterances else ""
        assert first == ("To get into the house from the garden," if told else "")

    run_idle(run())
