"""The list of voices is encoded when it has changed, and never becomes empty."""

from __future__ import annotations

from tests.fakes.house import VOICES
from wyoming_tts.wire.info import InfoEvent


def test_same_list_is_encoded_once() -> None:
    info = InfoEvent()
    first = info.encoded(VOICES)
    assert first is not None
    assert info.encoded(VOICES) is first
    assert info.encoded((*VOICES,)) == first
    assert info.encoded(VOICES[:1]) != first


def test_empty_list_never_replaces_a_good_one() -> None:
    info = InfoEvent()
    assert info.encoded(()) is None
    good = info.encoded(VOICES)
    assert info.encoded(()) is good
