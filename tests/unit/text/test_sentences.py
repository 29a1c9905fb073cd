"""Sentences of cleaned text, the same for any chunking."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.fakes.chunked_text import CHUNKED
from wyoming_tts.text.clean import Cleaner, clean
from wyoming_tts.text.sentences import PIECE_MAX, SENTENCE_MAX, SentenceSplitter, is_speakable


def split(chunks: list[str]) -> list[str]:
    """Return the sentences of cleaned text."""
    splitter = SentenceSplitter()
    found = [sentence for chunk in chunks for sentence in splitter.feed(chunk)]
    return [sentence.text for sentence in [*found, *splitter.finish()]]


def say(chunks: list[str]) -> list[str]:
    """Return the sentences of what a model wrote."""
    cleaner = Cleaner()
    cleaned = [cleaner.feed(chunk) for chunk in chunks]
    return split([*cleaned, cleaner.finish()])


# The sentences stand on lines of their own.
TEXTS = [
    "It's 7:30 a.m. on 2026-11-22.|Pi is 3.14.|That costs $5.99.|Anything else?",
    "The U.S. economy grew, e.g. Texas.|Dr. Smith, i.e. Mr. J. Smith, met Prof. Jones.",
    'He said "no."|Then he left.|"Go!"|"Why?" she asked.',
    "Yes.|The TV is off.|See No. 5.|No.|It isn't.",
    "The answer is 42.|The next one is not.|I am 22.|My name is Anna.",
    "Wait!|45% of it is gone.|$5 are left.|(That is all.)|Bye.",
    "Well… let me think.|I see... and then?|What?!|Nothing.",
    "Steps: 1. Open.|2. Close.",
    "2*3*4 is 24.|So is 4*3*2.",
    "Heute ist der 22. November 2026.|Am 3. Platz liegt z. B. Bayern.|Das kostet ca. 5 Euro.",
    "22. November ist gut.|„Ja.“|Dann ging er.|Hr. Müller kam am 1. 12. wieder.",
    "Bonjour !|Il est 7 h 30.|M. Dupont et Mme Curie sont là.|Ça va ?|« Oui », dit-il.",
    "Hola.|¿Cómo estás?|¡Muy bien!|La Sra. López vive en la Av. 5.|«Sí.»|Adiós.",
    "Сегодня 5 градусов.|Что ещё?|\u0422. \u0435. всё хорошо.",
    "आज मौसम अच्छा है।|क्या आप बाहर जाएंगे?|हाँ।",
    "الطقس جميل اليوم.|هل تريد الخروج؟|درجة الحرارة 21.5 درجة!",
    "یہ اچھا ہے\u06d4|وہ گیا\u06d4",
]
WITHOUT_SPACES = [
    "今天天气很好。|气温是21.5度\uff01|“好的。”|他说。|带伞吧",
    "今日は晴れです。|「はい。」|傘は要りません\uff01",
]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [(text.replace("|", " "), text.split("|")) for text in TEXTS]
    + [(text.replace("|", ""), text.split("|")) for text in WITHOUT_SPACES],
)
def test_it_finds_the_sentences(text: str, sentences: list[str]) -> None:
    assert split([text]) == sentences
    assert split(list(text)) == sentences


@given(CHUNKED)
@settings(max_examples=600, deadline=None)
@example(["Hello…)", " World"])
@example(["a. ", "\n", "\nB"])
@example(["x" * 150 + ". ", "A" * 60 + ". B. C"])
def test_any_chunking_gives_the_same_sentences(chunks: list[str]) -> None:
    whole = "".join(chunks)
    assert say(chunks) == say([whole])
    assert split(chunks) == split([whole])


@given(
    st.lists(
        st.sampled_from([". ", "! ", "… ", "。", "A", "a", "22", "Dr", '"', "\n\n", " ", "*", "x" * 90]), max_size=80
    )
)
@settings(deadline=None)
def test_no_letter_or_digit_is_lost(bits: list[str]) -> None:
    text = "".join(bits)
    kept = "".join(split([text]))
    assert [char for char in kept if char.isalnum()] == [char for char in text if char.isalnum()]


def test_a_sentence_comes_out_with_the_first_character_of_the_next() -> None:
    splitter = SentenceSplitter()
    assert splitter.feed("The light is on.") == []
    assert [sentence.text for sentence in splitter.feed(" A")] == ["The light is on."]


def test_a_blank_line_ends_a_sentence_at_once() -> None:
    splitter = SentenceSplitter()
    assert [sentence.text for sentence in splitter.feed("One moment\n\n")] == ["One moment"]


def test_a_text_without_ends_is_cut_between_words() -> None:
    sentences = split(["word " * 1000])
    assert set(" ".join(sentences).split()) == {"word"}
    assert max(map(len, sentences)) <= SENTENCE_MAX + PIECE_MAX


@pytest.mark.parametrize(
    ("text", "speakable"),
    [
        ("", False),
        ("...", False),
        ("€ + %", False),
        ("5", True),
        ("½", True),
        ("是", True),
        ("a", True),
        ("?!—", False),
    ],
)
def test_only_letters_and_numbers_are_speakable(text: str, *, speakable: bool) -> None:
    assert is_speakable(text) is speakable
    assert bool(split([text])) is speakable


@pytest.mark.parametrize(
    "unit", [".", ". ", ". a", ". A", "A. ", "Ab? ", "…x", "! ", "。", "a", "*", '. "', "Mr. ", "\n\n", "x."]
)
def test_hostile_text_takes_time_in_proportion_to_its_length(unit: str) -> None:
    """Quadratic work would take minutes for this."""
    started = time.perf_counter()
    split([(unit * 100_000)[:100_000]])
    assert time.perf_counter() - started < 15


WEATHER = """Here's the **weather** for today ☀️:

- **Morning:** 12°C, light rain 🌧️
- **Afternoon:** 18.5 °C and *sunny*

| Day | High |
|-----|-----:|
| Mon | 21 °C |

Have a great day! 😊"""

RECIPE = """## Pancakes

**Steps:**
1. **Mix** the flour with `2` eggs.
2. Heat the pan (medium, approx. 5 min.) and pour in ~60 ml.
3. Flip! Serve with [syrup](https://example.com/s).

```python
bake()
```

Enjoy [your](x) meal, Dr. Smith!"""


def test_a_weather_report() -> None:
    assert say([WEATHER]) == [
        "Here's the weather for today:",
        "Morning: 12°C, light rain.",
        "Afternoon: 18.5 °C and sunny.",
        "Day, High.",
        "Mon, 21 °C.",
        "Have a great day!",
    ]


def test_a_recipe() -> None:
    assert say([RECIPE]) == [
        "Pancakes.",
        "Steps:",
        "1, Mix the flour with 2 eggs.",
        "2, Heat the pan (medium, approx. 5 min.) and pour in ~60 ml.",
        "3, Flip!",
        "Serve with syrup.",
        "Enjoy your meal, Dr. Smith!",
    ]


def test_cleaned_text_needs_no_second_cleaning() -> None:
    assert clean(clean(RECIPE)) == clean(RECIPE)
