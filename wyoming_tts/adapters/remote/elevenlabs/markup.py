"""Takes from a text what the engine would obey instead of speak."""

from __future__ import annotations

import re

# `<break time="3s" />`, `<phoneme ...>`, and whatever tag comes next: never spoken, so dropped.
_TAG = re.compile(r"<(?:[/?]?[A-Za-z]|!)[^<>]*>")
# One that is not closed may go on in the next text.
_OPENING = re.compile(r"<(?=[/?]?[A-Za-z]|!)")
# `[whispers]`, which the third generation of models acts; without its brackets it is a word.
_BRACKETS = str.maketrans("[]", "  ")


def neutralised(text: str) -> str:
    """Return the text with every sign of markup blanked out, at the same length: offsets stay what they were."""
    without_tags = _TAG.sub(lambda tag: " " * len(tag[0]), text)
    return _OPENING.sub(" ", without_tags).translate(_BRACKETS)
