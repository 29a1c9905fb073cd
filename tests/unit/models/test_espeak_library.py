"""The eSpeak NG shared library itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wyoming_tts.models.espeak_library import EspeakLibrary

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wyoming_tts.models.espeak_library import WordEvent

LONG = "A sentence of many words that goes on for quite a while. " * 5


@pytest.fixture
def library() -> Iterator[EspeakLibrary]:
    opened = EspeakLibrary.open()
    opened.select("gmw/en-US")
    yield opened
    opened.close()


@pytest.mark.parametrize("wanted", [1, 4])
def test_the_engine_stops_as_soon_as_nobody_takes_its_audio(library: EspeakLibrary, wanted: int) -> None:
    taken: list[bytes] = []

    def take(pcm: bytes, _: list[WordEvent]) -> bool:
        taken.append(pcm)
        return len(taken) < wanted

    library.speak(LONG, take)
    assert len(taken) == wanted


def test_a_voice_that_cannot_be_loaded_is_an_error(library: EspeakLibrary) -> None:
    with pytest.raises(RuntimeError):
        library.select("gmw/none")


def test_variants_and_voices_are_told_apart(library: EspeakLibrary) -> None:
    voices, variants = library.voices(), library.voices(variants=True)
    assert len(voices) > 130
    assert len(variants) > 90
    assert all(variant.identifier.startswith("!v/") for variant in variants)
    assert not any(voice.identifier.startswith(("!v/", "mb/")) for voice in voices)


def test_it_opens_again_after_it_was_closed(library: EspeakLibrary) -> None:
    library.close()
    again = EspeakLibrary.open()
    again.select("gmw/de")
    taken: list[bytes] = []

    def take(pcm: bytes, _: list[WordEvent]) -> bool:
        taken.append(pcm)
        return True

    again.speak("Guten Tag", take)
    again.close()
    assert sum(map(len, taken)) > 20000
