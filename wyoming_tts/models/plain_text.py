"""Text that an engine can only speak, never obey."""

from __future__ import annotations

import re

# eSpeak NG obeys commands after U+0001 ("\x01450S" sets the speed, and for every later text too), C strings end at
# U+0000, and a lone surrogate has no UTF-8 form. Line breaks and tabs are ordinary text.
_UNSPEAKABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def plain(text: str) -> str:
    """Return the text with every character that commands or cuts off an engine as a blank; its length stays."""
    return _UNSPEAKABLE.sub(" ", text)
