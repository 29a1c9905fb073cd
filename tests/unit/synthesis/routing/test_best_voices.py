"""The best voice is looked for once, and again as soon as the provider's list is another one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.house_parts import provider
from tests.fakes.pcm_adapter import PcmAdapter
from wyoming_tts.speech.voice import Voice
from wyoming_tts.synthesis.routing.best_voices import BestVoices

if TYPE_CHECKING:
    from collections.abc import Sequence

GOOD, FINE, DUMB = Voice("good", ("en",), quality=2), Voice("fine", ("en",), quality=2), Voice("dumb", ("en",))


class Listed(PcmAdapter):
    def __init__(self, name: str, voices: Sequence[Voice]) -> None:
        super().__init__(name, {})
        self.listed = voices

    def voices(self) -> Sequence[Voice]:
        return self.listed


class Quality:
    """A key that counts how often it was asked for."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, voice: Voice) -> tuple[int] | None:
        self.asked += 1
        return (-voice.quality,) if voice.quality else None


def test_the_first_of_the_best_is_found_once() -> None:
    best, key = BestVoices(), Quality()
    one, other = provider(Listed("a", (DUMB, GOOD, FINE))), provider(Listed("b", (DUMB,)))
    for _ in range(3):
        assert best.of(one, "quality", key) == ((-2,), GOOD)
        assert best.of(other, "quality", key) is None
    assert key.asked == 4
    assert best.of(one, "another wish", lambda voice: (voice.quality,)) == ((0,), DUMB)


def test_another_list_is_looked_at_again() -> None:
    best, key = BestVoices(), Quality()
    adapter = Listed("a", (DUMB, FINE))
    one = provider(adapter)
    assert best.of(one, "quality", key) == ((-2,), FINE)
    adapter.listed = (GOOD, FINE)
    assert best.of(one, "quality", key) == ((-2,), GOOD)


def test_a_list_that_can_change_is_looked_at_every_time() -> None:
    best, key = BestVoices(), Quality()
    voices = [DUMB, FINE]
    one = provider(Listed("a", voices))
    assert best.of(one, "quality", key) == ((-2,), FINE)
    voices.insert(0, GOOD)
    assert best.of(one, "quality", key) == ((-2,), GOOD)
