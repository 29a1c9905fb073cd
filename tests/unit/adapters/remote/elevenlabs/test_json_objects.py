"""Objects out of a body cut anywhere."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wyoming_tts.adapters.remote.elevenlabs import json_objects
from wyoming_tts.adapters.remote.elevenlabs.json_objects import JsonObjects
from wyoming_tts.errors import BadAudio, SpeechCutOff

OBJECTS = [{"audio_base64": "AAAA", "alignment": {"characters": ["}", "{", "ü", '"']}}, {}, {"a": [1, {"b": None}]}]


@given(cuts=st.lists(st.integers(0, 200), max_size=12), between=st.sampled_from(["", "\n", "\r\n\r\n ", "  "]))
def test_any_pieces_give_the_same_objects(cuts: list[int], between: str) -> None:
    body = between.join(json.dumps(one, ensure_ascii=False) for one in OBJECTS).encode() + between.encode()
    edges = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]
    parser = JsonObjects("cloud")
    pieces = [body[start:end] for start, end in pairwise(edges)]
    assert [found for piece in pieces for found in parser.feed(piece)] == OBJECTS
    parser.end()


@pytest.mark.parametrize("body", [b"<html>}", b"[1]", b'"text"}', b"\xff\xfe}", b"{}[]{}", b"{}\nnull", b"7"])
def test_anything_else_is_no_audio(body: bytes) -> None:
    with pytest.raises(BadAudio) as caught:
        JsonObjects("cloud").feed(body)
    assert caught.value.__cause__ is None


def test_one_that_is_not_whole_is_a_cut_or_nothing_at_all() -> None:
    begun = JsonObjects("cloud")
    assert begun.feed(b'{"a": 1}\n{"a"') == [{"a": 1}]
    with pytest.raises(SpeechCutOff):
        begun.end()
    never = JsonObjects("cloud")
    assert never.feed(b'{"a": oops}') == []
    with pytest.raises(BadAudio):
        never.end()


def test_deep_nesting_and_endless_objects_are_refused() -> None:
    with pytest.raises(BadAudio):
        JsonObjects("cloud").feed(b'{"a":' * 100_000 + b"}")
    parser = JsonObjects("cloud")
    parser.feed(b'{"a": "')
    with pytest.raises(BadAudio):
        for _ in range(json_objects.MAX_OBJECT_CHARS // 65_536 + 2):
            parser.feed(b"A" * 65_536)
