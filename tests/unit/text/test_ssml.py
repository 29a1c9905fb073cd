"""The words of SSML."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wyoming_tts.text.clean import clean
from wyoming_tts.text.ssml import spoken_text

BOMB = """<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;">
<!ENTITY file SYSTEM "file:///etc/passwd">]><speak>a &lol2; &file; b</speak>"""


@pytest.mark.parametrize(
    ("markup", "said"),
    [
        ("<speak>Hello &amp; welcome</speak>", "Hello & welcome"),
        ('<speak>One<break time="1s"/>two</speak>', "One\n\ntwo"),
        ('One<break time="200ms"/>two', "One, two"),
        ("One<break/>two", "One, two"),
        ('One<break strength="x-strong"/>two<break strength="none"/>three', "One\n\ntwo three"),
        ('<sub alias="World Wide Web Consortium">W3C</sub> rules', "World Wide Web Consortium rules"),
        ('<sub alias="a">x<sub alias="b">y</sub>z</sub> end', "a end"),
        ("<p><s>One</s><s>two</s></p><p>three</p>", "One\n\ntwo\n\nthree"),
        ('<say-as interpret-as="date">2026-11-22</say-as>', "2026-11-22"),
        ('<mstts:express-as style="sad">Oh</mstts:express-as>', "Oh"),
        ("<audio src='x.wav'><desc>a cat</desc>meow</audio>", "meow"),
        ("<speak><metadata>x</metadata>said<!-- not --></speak>", "said"),
        ("<speak><![CDATA[1 < 2]]></speak>", "1 < 2"),
        ("broken <speak>text <b>here", "broken text here"),
        ("a < b and </unopened> c", "a < b and c"),
        ("caf&eacute; &nbsp;&unknown;!", "café !"),
        ("plain text", "plain text"),
        (BOMB, "a b"),
        ("", ""),
    ],
)
def test_it_says_the_words(markup: str, said: str) -> None:
    assert clean(spoken_text(markup)) == said


@given(st.text(alphabet=st.sampled_from("<>/!?[]-&;=\"' abspeakDOCTYPE")))
@settings(deadline=None)
def test_malformed_markup_is_read_on(markup: str) -> None:
    assert isinstance(spoken_text(markup), str)


@pytest.mark.parametrize(
    "unit",
    [
        "<",
        "<a ",
        "<a b=",
        "<!--",
        "<![CDATA[",
        "<!DOCTYPE [",
        "<?",
        "<sub alias='",
        "<s>",
        "<sub alias='x'>",
        "&",
        "<!",
    ],
)
def test_hostile_markup_takes_time_in_proportion_to_its_length(unit: str) -> None:
    """Quadratic work would take minutes for this."""
    started = time.perf_counter()
    spoken_text((unit * 200_000)[:200_000])
    assert time.perf_counter() - started < 15
