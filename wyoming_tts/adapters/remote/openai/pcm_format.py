"""What raw PCM is, which says nothing of itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from wyoming_tts.speech.audio import AudioFormat

if TYPE_CHECKING:
    from wyoming_tts.net.reply import Reply

LOWEST_HZ, HIGHEST_HZ = 8_000, 192_000

_RATE = re.compile(r"\brate\s*=\s*\"?(\d{4,6})\b")
"""A parameter of the media type: `audio/L16; rate=24000` (RFC 2586), `audio/pcm;rate=16000`."""
_HEADERS = ("X-Sample-Rate", "X-Audio-Sample-Rate")
"""Of local-tts-studio and its like."""


def pcm_format(reply: Reply, rate: int) -> AudioFormat:
    """Return 16-bit mono at the rate that the server names, else at `rate`, Hz."""
    stated = _RATE.search(reply.header("Content-Type").lower())
    names = [stated[1] if stated else "", *(reply.header(name).strip() for name in _HEADERS)]
    rates = (int(name) for name in names if name.isascii() and name.isdigit() and len(name) <= 6)
    return AudioFormat(next((hz for hz in rates if LOWEST_HZ <= hz <= HIGHEST_HZ), rate))
