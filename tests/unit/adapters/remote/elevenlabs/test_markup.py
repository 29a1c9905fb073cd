"""What a client writes is spoken or dropped, never obeyed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.elevenlabs_cloud import cloud
from wyoming_tts.adapters.remote.elevenlabs.markup import neutralised
from wyoming_tts.errors import UtteranceRejected


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ('Wait <break time="3s" /> here', "Wait here"),
        ('<phoneme alphabet="ipa" ph="x">word</phoneme>', "word"),
        ("<speak>Hi</speak>", "Hi"),
        ("<!-- no --> yes", "yes"),
        ('cut off <break time="3s', 'cut off break time="3s'),
        ("[whispers] hello [laughs]", "whispers hello laughs"),
        ("[whis", "whis"),
        ("3 < 4 > 2, a <3 b", "3 < 4 > 2, a <3 b"),
    ],
)
def test_markup_is_blanked_out(text: str, spoken: str) -> None:
    assert " ".join(neutralised(text).split()) == spoken


@given(st.text(alphabet="<>[]/ab !?\n", max_size=60))
def test_offsets_stay_and_no_tag_is_left(text: str) -> None:
    clean = neutralised(text)
    assert len(clean) == len(text)
    assert not set(clean) & set("[]")
    assert not any(clean[at + 1 : at + 2].isalpha() for at, sign in enumerate(clean) if sign == "<")
    assert neutralised(clean) == clean


@pytest.mark.parametrize("streamed", [False, True])
async def test_neither_way_lets_it_through(*, streamed: bool) -> None:
    async with cloud(streamed=streamed) as subject:
        said = await subject.say('One <break time="9s"/> [shouts] two', previous_text="<b>x</b> [y]")
        sent = f"{subject.bodies()} {subject.fake.sent}"
        assert "<" not in sent
        assert "shouts" in sent
        assert "[shouts]" not in sent
        assert [mark.offset for mark in said.marks] == [0, 24, 32]
        with pytest.raises(UtteranceRejected):
            await subject.say("<break/>")
