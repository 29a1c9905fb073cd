"""What a language model wrote, and what a person says."""

import re
import time
import unicodedata

import emoji
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.fakes.chunked_text import CHUNKED, pieces
from wyoming_tts.text.clean import Cleaner, clean

WRITTEN_AND_SAID = [
    # emphasis
    ("It is **very** cold and *quite* dark.", "It is very cold and quite dark."),
    ("***Stop!*** __Now__, _please_. ~~Never~~.", "Stop! Now, please. Never."),
    ("An **unbalanced mark", "An unbalanced mark"),
    ("The end **", "The end"),
    ("**Note**:it goes on, **bold**ly", "Note:it goes on, boldly"),
    ("2*3 is 6, 2 * 3 too, 2**3 is 8, 2*(3+4) is 14.", "2*3 is 6, 2 * 3 too, 2**3 is 8, 2*(3+4) is 14."),
    ("a*b, snake_case_name, -1.5, 5 - 3", "a*b, snake_case_name, -1.5, 5 - 3"),
    ("about ~5 minutes", "about ~5 minutes"),
    ("Price* (incl. VAT)", "Price (incl. VAT)"),
    (r"\*not emphasis\* and \# and 3 \< 4", "*not emphasis* and # and 3 < 4"),
    ("这是**重点**内容。", "这是重点内容。"),
    ("**서울**은 맑습니다.", "서울은 맑습니다."),
    # code
    ("Call `light.turn_on` now.", "Call light.turn_on now."),
    ("Use ``a `b` c`` and `<div>`.", "Use a b c and div."),
    ("It`s fine", "It's fine"),
    ("Look:\n```python\nprint(1)\n\n# no\n```\nDone.", "Look:\n\nDone."),
    ("~~~\ncode\n~~~\nAfter", "After"),
    ("````\n```\ninside\n````\nafter", "after"),
    # lines
    ("# Title\nText", "Title.\n\nText"),
    ("## What now?\nText", "What now?\n\nText"),
    ("#hashtag stays", "#hashtag stays"),
    ("Title\n=====\nText", "Title.\n\nText"),
    ("- milk\n- eggs\n* bread\n+ salt\n", "milk.\n\neggs.\n\nbread.\n\nsalt."),
    ("1. Mix\n2. Bake!\n3) Eat", "1, Mix.\n\n2, Bake!\n\n3, Eat."),
    ("- [ ] open\n- [x] done", "open.\n\ndone."),
    ("Red • green•blue", "Red, green blue"),
    ("• Rot\n• Grün", "Rot.\n\nGrün."),
    ("- outer\n  - inner", "outer.\n\ninner."),
    ("You need:\n- flour", "You need:\n\nflour."),
    ("**Needed**\n- flour", "Needed.\n\nflour."),
    ("22. November 2026 ist ein Sonntag.", "22. November 2026 ist ein Sonntag."),
    ("> quoted\n> text", "quoted text"),
    ("above\n\n---\n\nbelow", "above\n\nbelow"),
    ("* * *", ""),
    ("| Day | Rain |\n|:---|---:|\n| Mon | 3 mm |\n", "Day, Rain.\n\nMon, 3 mm."),
    ("|a||b|", "a, b."),
    ("one\ntwo", "one two"),
    ("one\n\n\ntwo", "one\n\ntwo"),
    ("Humidity: 45%\nWind: 10 km/h", "Humidity: 45%, Wind: 10 km/h"),
    ("first  \nsecond\\\nthird", "first, second, third"),
    ("Sunny | 21 °C | dry", "Sunny, 21 °C, dry"),
    ("✅ Done\n🌧️ Rain: 3 mm", "Done.\n\nRain: 3 mm."),
    ("a\r\nb\r\n\r\nc", "a b\n\nc"),
    # links
    ("See [the docs](https://x.org/a_(b) 'title').", "See the docs."),
    ("![a cat](cat.png) sleeps", "a cat sleeps"),
    ("https://www.example.com/a?b=1, then", "example.com, then"),
    ("<https://example.com/x> and www.example.org/y.", "example.com and example.org."),
    ("(http://localhost:8123/lovelace)", "(localhost)"),
    ("https://user:secret@example.com:80/", "example.com"),
    ("write to me_x@example.org!", "write to me_x@example.org!"),
    ("It rains[1][2] a lot.[^3]", "It rains a lot."),
    ("[note](it is a remark)", "note (it is a remark)"),
    ("请访问https://example.com\uff0c谢谢", "请访问example.com\uff0c谢谢"),
    # characters
    ("Great 😊! 👍🏽 1️⃣ 🇩🇪 👩‍👩‍👧‍👦 done", "Great! done"),
    ("no😀space", "no space"),
    ("© ® ™ #1 * 5 °C €5", "© ® ™ #1 * 5 °C €5"),
    ("AT&amp;T&nbsp;&#8364;5 &bogus; R&D", "AT&T €5 &bogus; R&D"),
    ("soft\u00adhyphen \ufeffzero\u200bwidth \u202eright\u202c a\x00b", "softhyphen zerowidth right ab"),
    ("\ud83d lone, \ue000 private", "lone, private"),
    ("e\u0301 nbsp\u00a0\u2009thin", "é nbsp thin"),
    ("می\u200cروم", "می\u200cروم"),
    # engine markup
    ("[[h@l'oU]] there", "h@l'oU there"),
    ('Wait <break time="1s"/> <speak>now</speak>.', "Wait now."),
    ("&lt;break time='1s'/&gt;go", "go"),
    ("[S1] Hello. Speaker 1: hi", "S1 Hello. Speaker 1: hi"),
    ("foo[bar]baz, [edge], arr[0]", "foo bar baz, edge, arr 0"),
    ("a < b, x <3, 1<2, x<y and z>w", "a < b, x <3, 1<2, x< y and z>w"),
    ("a<!-- not - said -->b <!-- open", "a b < !-- open"),
    ("<*speak*>", "< speak>"),
    ("press <Enter>, List<String>", "press Enter, List String"),
    ("H<sub>2</sub>O<br>and <b>more</b>", "H2O, and more"),
    ("<p>One</p><p>two</p>", "One.\n\ntwo."),
    # languages
    ("**Wetter:** Es sind _3,5_ Grad.", "Wetter: Es sind 3,5 Grad."),
    ("« Bonjour ! » dit-*elle*.", "« Bonjour ! » dit-elle."),
    ("¿**Cómo** estás? ¡Bien!", "¿Cómo estás? ¡Bien!"),
    ("- 今天晴\n- 明天雨", "今天晴。\n\n明天雨。"),
    ("**आज** मौसम अच्छा है।", "आज मौसम अच्छा है।"),
    ("*الطقس* جميل؟", "الطقس جميل؟"),
    # nothing to say
    ("", ""),
    (" \n\t ", ""),
    ("***", ""),
    ("😀😀", ""),
]


@pytest.mark.parametrize(("written", "said"), WRITTEN_AND_SAID)
def test_it_says_what_a_person_would(written: str, said: str) -> None:
    assert clean(written) == said


@pytest.mark.parametrize("written", [written for written, _ in WRITTEN_AND_SAID])
def test_one_character_at_a_time_makes_no_difference(written: str) -> None:
    assert pieces(Cleaner(), list(written)).rstrip() == clean(written)


@given(CHUNKED)
@settings(max_examples=600, deadline=None)
@example(["- [", "x] a"])
@example(["t[1]", "[2]."])
@example(["a ", " \n", "b"])
def test_any_chunking_gives_the_same_text(chunks: list[str]) -> None:
    assert pieces(Cleaner(), chunks) == pieces(Cleaner(), ["".join(chunks)])


@given(st.one_of(st.text(), CHUNKED.map("".join)))
@settings(max_examples=400, deadline=None)
@example("<\u00bc")
def test_nothing_an_engine_obeys_is_left(text: str) -> None:
    said = clean(text)
    assert not set("[]") & set(said)
    assert not any(found[1].isalpha() or found[1] == "_" for found in re.finditer(r"<[/!?]*(.)", said))
    assert not any(unicodedata.category(char) in {"Cc", "Cs", "Co"} for char in said.replace("\n", ""))
    assert unicodedata.is_normalized("NFC", said)
    assert "  " not in said
    assert said == said.strip()


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Nd"]), min_size=1))
@settings(deadline=None)
def test_no_letter_or_digit_is_lost(word: str) -> None:
    assert clean(f"**{word}** _{word}_ `{word}`") == clean(" ".join([word] * 3))


def test_every_emoji_goes_and_leaves_the_words_apart() -> None:
    signs = set("©®™")
    kept = {
        sign
        for sign in emoji.EMOJI_DATA
        if not set(sign) & signs and clean(f"a {sign} b") not in {"a b", "a !! b", "a !? b"}
    }
    assert kept == set()


def test_code_blocks_are_spoken_where_wanted() -> None:
    assert (
        clean("Look:\n```sh\nls -l\ncd x[n]\n```\nDone.", code_blocks="speak") == "Look:\n\nls -l.\n\ncd x n.\n\nDone."
    )


def test_speech_can_begin_before_the_paragraph_ends() -> None:
    cleaner = Cleaner()
    assert cleaner.feed("The **light** is on. And th") == "The light is on. An"


def test_a_paragraph_is_known_to_end_at_its_blank_line() -> None:
    """An assistant may pause here for minutes while it asks a tool."""
    cleaner = Cleaner()
    assert cleaner.feed("One moment\n\n") == "One moment\n\n"
    assert cleaner.feed("- item\n") == "item.\n\n"


HOSTILE = [
    "[",
    "]",
    "](",
    "[a](",
    "![",
    "<",
    "<a ",
    "<a b=",
    "<!--",
    "*",
    "**a",
    "_a",
    "`",
    "` ",
    "\\",
    "&",
    "&a",
    "|",
    ">",
    "> ",
]
HOSTILE += [
    "- ",
    "1. ",
    "#",
    "```\n",
    "~~~ ",
    "http://",
    "a://b ",
    "\n",
    " ",
    "a",
    "1",
    "\u0301",
    "👩\u200d",
    "\u0915\u200d",
    ". ",
]


@pytest.mark.parametrize("unit", HOSTILE)
def test_little_is_held_back_whatever_comes(unit: str) -> None:
    cleaner = Cleaner()
    for _ in range(40):
        cleaner.feed(unit * 100)
        held = sum(len(getattr(stage, "_held", "")) for stage in cleaner._stages)
        assert held <= 2100
    cleaner.finish()


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_text_takes_time_in_proportion_to_its_length(unit: str) -> None:
    """Quadratic work would take minutes for this; linear work takes far less than a second."""
    started = time.perf_counter()
    clean((unit * 100_000)[:100_000])
    pieces(Cleaner(), list((unit * 5000)[:5000]))
    assert time.perf_counter() - started < 15
