"""Speech that is kept, as a value and as the bytes of a file."""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass

from wyoming_tts.speech.audio import AudioFormat, Mark

MAGIC = b"wyoming-tts speech 1\n"
CHECK_BYTES = 16
KEY_BYTES = 32
MAX_SPEECH_BYTES = 20_000_000
"""Seven minutes at 24 kHz: longer than any utterance, and little enough to be read at once."""
MARK_MEMORY_BYTES = 128
"""What a mark takes in memory, as an object with its two numbers."""
_HEAD = struct.Struct(f"<{KEY_BYTES}sIBBIQ")  # key, rate, width, channels, how many marks, bytes of audio
_MARK = struct.Struct("<Id")


@dataclass(frozen=True, slots=True)
class StoredSpeech:
    """The whole audio of one text, as its voice made it."""

    format: AudioFormat
    pcm: bytes
    marks: tuple[Mark, ...] = ()

    @property
    def memory_bytes(self) -> int:
        """What it takes in memory."""
        return len(self.pcm) + len(self.marks) * MARK_MEMORY_BYTES

    @property
    def packed_bytes(self) -> int:
        """How long `packed` is."""
        return len(MAGIC) + CHECK_BYTES + _HEAD.size + len(self.marks) * _MARK.size + len(self.pcm)

    def packed(self, key: bytes) -> bytes:
        """Return it as a file's content: a checksum, the key it belongs to, the format, the marks, the audio."""
        kind = self.format
        head = _HEAD.pack(key, kind.rate, kind.width, kind.channels, len(self.marks), len(self.pcm))
        marks = b"".join(_MARK.pack(mark.offset, mark.at_s) for mark in self.marks)
        return b"".join((MAGIC, _check(head, marks, self.pcm), head, marks, self.pcm))

    @classmethod
    def unpacked(cls, raw: bytes, key: bytes) -> StoredSpeech | None:
        """Return what was packed for this very key; None where one bit is different, missing or too many."""
        whole = memoryview(raw)
        body = whole[len(MAGIC) + CHECK_BYTES :]
        if len(body) < _HEAD.size or whole[: len(MAGIC)] != MAGIC:
            return None
        if whole[len(MAGIC) : len(MAGIC) + CHECK_BYTES] != _check(body):
            return None
        own_key, rate, width, channels, count, size = _HEAD.unpack_from(body)
        audio_at = _HEAD.size + count * _MARK.size
        if own_key != key or len(body) != audio_at + size:
            return None
        marks = tuple(Mark(offset, at_s) for offset, at_s in _MARK.iter_unpack(body[_HEAD.size : audio_at]))
        return cls(AudioFormat(rate, width, channels), bytes(body[audio_at:]), marks)


def _check(*parts: bytes | memoryview) -> bytes:
    check = hashlib.blake2b(digest_size=CHECK_BYTES)
    for part in parts:
        check.update(part)
    return check.digest()
