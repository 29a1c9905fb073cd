"""Text that an engine can only speak, never obey."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wyoming_tts.models.plain_text import plain

ANY_CHARACTER = st.characters(exclude_categories=())


@given(st.text(ANY_CHARACTER))
def test_length_stays_and_the_result_can_be_encoded_and_holds_no_command(text: str) -> None:
    result = plain(text)
    assert len(result) == len(text)
    assert not {byte for byte in result.encode() if byte < 32} - {9, 10}


def test_ordinary_text_stays_as_it_is() -> None:
    text = "Größe\t[x] <b> 日本 \U0001f600\nﻼ"
    assert plain(text) == text
