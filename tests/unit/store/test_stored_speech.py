"""Kept speech as bytes: what was packed comes back, and nothing else ever does."""

from __future__ import annotations

import random

from tests.fakes.speech_store import speech_of
from wyoming_tts.speech.audio import AudioFormat, Mark
from wyoming_tts.store.stored_speech import KEY_BYTES, StoredSpeech

KEY, OTHER = bytes(range(KEY_BYTES)), bytes(KEY_BYTES)


def test_what_was_packed_comes_back() -> None:
    for speech in (
        speech_of("Hello."),
        StoredSpeech(AudioFormat(48_000, 4, 2), b"12345678", ()),
        StoredSpeech(AudioFormat(8_000), b"", (Mark(3, 0.123456789),)),
    ):
        raw = speech.packed(KEY)
        assert StoredSpeech.unpacked(raw, KEY) == speech
        assert len(raw) == speech.packed_bytes


def test_another_key_s_speech_is_none() -> None:
    assert StoredSpeech.unpacked(speech_of("Hello.").packed(OTHER), KEY) is None


def test_any_byte_that_is_different_is_seen() -> None:
    raw = speech_of("Hello.", pcm_bytes=300).packed(KEY)
    for at in range(len(raw)):
        for flip in (1, 128):
            damaged = bytearray(raw)
            damaged[at] ^= flip
            assert StoredSpeech.unpacked(bytes(damaged), KEY) is None, at


def test_any_byte_that_is_missing_or_too_many_is_seen() -> None:
    raw = speech_of("Hello.", pcm_bytes=300).packed(KEY)
    for at in range(len(raw)):
        assert StoredSpeech.unpacked(raw[:at], KEY) is None
        assert StoredSpeech.unpacked(raw[:at] + raw[at + 1 :], KEY) is None
        assert StoredSpeech.unpacked(raw[:at] + b"\0" + raw[at:], KEY) is None
    assert StoredSpeech.unpacked(raw + b"\0", KEY) is None
    assert StoredSpeech.unpacked(raw + raw, KEY) is None


def test_noise_is_none() -> None:
    rng = random.Random(5)
    for _ in range(500):
        assert StoredSpeech.unpacked(rng.randbytes(rng.randrange(400)), KEY) is None
