"""What is said as one utterance: a hit of the cache never joined, a long first sentence begun with its clause."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.fakes.idle_loop import run_idle
from wyoming_tts.speech.request import SpeechRequest, whole
from wyoming_tts.synthesis.manner import Manner
from wyoming_tts.synthesis.plan import Plan
from wyoming_tts.synthesis.planning import Planning
from wyoming_tts.synthesis.reading import Reading

FIRST = "The washing machine in the cellar is done, and since it is not going to rain you could hang up the bed."
SENTENCES = [FIRST, "It is warm.", "The gate is open.", "Somebody rang.", "Nobody came."]


@dataclass
class Link:
    """The current link, as planning sees it."""

    held: tuple[str, ...] = ()
    works_longer_for_more: bool = True
    joinable: bool = True

    def max_chars(self) -> int:
        return 300

    def holds(self, text: str) -> bool:
        return text in self.held


def plans(link: Link, *, in_hand_s: float = 10.0, whole_first_chars: int = 100, text: str = "") -> list[Plan]:
    async def run() -> list[Plan]:
        reading = Reading(
            SpeechRequest("r", whole(text or " ".join(SENTENCES))), max_chars=300, code_blocks="skip", pause_s=0.5
        )
        await reading.run()
        planning = Planning(reading, link, Manner(whole_first_chars=whole_first_chars))  # type: ignore[arg-type]
        taken: list[Plan] = []
        while await reading.available():
            taken.append(planning.take(0.0 if not taken else in_hand_s, first=not taken))
        return taken

    return run_idle(run())


def test_a_long_first_sentence_is_begun_with_its_clause() -> None:
    first, second, *_ = plans(Link())
    assert first == Plan("The washing machine in the cellar is done,", (0,), begins_sentence=True)
    assert second.text.startswith("and since it is")
    assert not second.begins_sentence


@pytest.mark.parametrize(
    ("link", "whole_first_chars"),
    [(Link(works_longer_for_more=False), 100), (Link(held=(FIRST,)), 100), (Link(), len(FIRST))],
)
def test_it_is_said_whole_where_that_costs_nothing(link: Link, whole_first_chars: int) -> None:
    assert plans(link, whole_first_chars=whole_first_chars)[0].text == FIRST


def test_sentences_that_are_joined_keep_their_places() -> None:
    _, rest = plans(Link(works_longer_for_more=False))
    assert [rest.text[at : at + 8] for at in rest.sentence_starts] == ["It is wa", "The gate", "Somebody", "Nobody c"]
    assert rest.begins_sentence


def test_what_is_at_hand_is_never_joined_to_another() -> None:
    texts = [plan.text for plan in plans(Link(held=("The gate is open.",), works_longer_for_more=False))]
    assert texts == [FIRST, "It is warm.", "The gate is open.", "Somebody rang. Nobody came."]
    everything = plans(Link(held=tuple(SENTENCES)))
    assert [plan.text for plan in everything] == SENTENCES


def test_nothing_is_joined_for_a_listener_without_audio_in_hand() -> None:
    assert [plan.text for plan in plans(Link(works_longer_for_more=False), in_hand_s=0.5)] == SENTENCES
