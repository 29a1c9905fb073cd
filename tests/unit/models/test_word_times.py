"""Which word belongs to which breath, with the engine's own phonemes."""

from __future__ import annotations

import pytest

from tests.fakes.piper_voice import voice_config
from wyoming_tts.models.piper_phonemes import PiperPhonemes
from wyoming_tts.models.piper_pieces import groups_of
from wyoming_tts.models.word_times import WordTimes


def breaths(text: str, language: str = "en-us") -> list[list[str | None]]:
    """Return for every breath of every sentence the word that is said to begin there."""
    config = voice_config("en_US-x-low") | {"espeak": {"voice": language}}
    phonemes = PiperPhonemes(config)
    sentences = phonemes.phonemize(text)
    words = WordTimes(text, sentences, phonemes.alone)
    return [
        [
            None if (offset := words.offset((number, group))) is None else text[offset:].split(maxsplit=1)[0]
            for group in range(len(groups_of(sentence)))
        ]
        for number, sentence in enumerate(sentences)
    ]


def test_every_word_begins_a_breath() -> None:
    assert breaths("The lamp has failed. Is it on?") == [["The", "lamp", "has", "failed."], ["Is", "it", "on?"]]


def test_of_words_said_in_one_breath_only_the_first_one_is_marked() -> None:
    assert breaths("He went out of the house.") == [["He", "went", "out", "the", "house."]]
    assert breaths("It was in the box.")[0] == ["It", "was", "in", "box."]


def test_a_number_takes_several_breaths_and_the_next_word_is_found_again() -> None:
    assert breaths("On 21.5.2024 he left.")[0][-2:] == ["he", "left."]
    (german,) = breaths("Es sind 21,5 Grad.", "de")
    assert [word for word in german if word] == ["Es", "sind", "21,5", "Grad."]


def test_signs_are_no_words() -> None:
    assert breaths("Well - yes.") == [["Well", "yes."]]


def test_the_same_word_again_and_again_keeps_its_order() -> None:
    text = "No no no no, yes no no."
    assert [word for sentence in breaths(text) for word in sentence] == text.split()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Il est 17 heures et les enfants sont là. C'est l'heure d'aller à l'école.", "fr"),
        ("El 3 de mayo hacía calor. ¿Qué quieres que haga?", "es"),
        ("Die Waschmaschine ist seit 17:05 Uhr fertig. Unter 10.0.0.138 meldet sich niemand mehr!", "de"),
        ("At 5 p.m. Dr. Smith & Sons sent $5 million, i.e. 3.5% of it, to foo@bar.com.", "en-us"),
    ],
)
def test_words_are_found_in_order_and_most_of_them(text: str, language: str) -> None:
    found = [word for sentence in breaths(text, language) for word in sentence if word]
    rest = iter(text.split())
    assert all(word in rest for word in found), "in the order of the text"
    assert len(found) >= 0.7 * len(text.split())


def test_where_a_sentence_begins_with_an_unknown_word_the_mark_is_not_too_late() -> None:
    words = WordTimes("abc def ghi", ["abc", "xyz ghi"], lambda word: word)
    assert words.offset((1, 0)) is None
    assert words.not_after((1, 0)) == 4
    assert words.not_after((1, 1)) == 4
    assert words.offset((1, 1)) == 8


def test_words_that_are_said_as_something_else_are_not_marked() -> None:
    words = WordTimes("one two three", ["klm nop qrs"], lambda word: word)
    assert [words.offset((0, group)) for group in range(3)] == [0, None, None]
    assert words.not_after((0, 2)) == 4


def test_where_characters_are_phonemes_the_place_is_known() -> None:
    text = " café  ole "
    words = WordTimes(text, [list(text)], None)
    assert [words.offset((0, group)) for group in range(2)] == [1, 7]


def test_a_text_without_words() -> None:
    words = WordTimes("", [], None)
    assert words.first == words.not_after((0, 0)) == 0


def test_ideographs_are_words() -> None:
    config = voice_config("zh_CN-x-low") | {"espeak": {"voice": "cmn"}}
    phonemes = PiperPhonemes(config)
    text = "今天很好。我们去公园。"
    sentences = phonemes.phonemize(text)
    words = WordTimes(text, sentences, phonemes.alone)
    assert words.offset((0, 0)) == 0
    assert words.offset((1, 0)) == 5
