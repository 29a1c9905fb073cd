"""The bounds on one event follow from those on the text."""

from __future__ import annotations

import json

from wyoming_tts.wire.limits import WireLimits


def test_longest_text_fits_an_event_however_it_is_escaped() -> None:
    limits = WireLimits(text_chars=1000)
    assert len(json.dumps({"text": "\u4e2d" * 1000, "voice": {"name": "a" * 200}})) < limits.frames.data_bytes


def test_payloads_are_not_held() -> None:
    assert not WireLimits().frames.keep_payload
