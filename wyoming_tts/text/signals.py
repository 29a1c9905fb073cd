"""What the stages of cleaning tell one another: control characters, which no input gets past the first stage with."""

from __future__ import annotations

GAP = "\x01"
"""A mark stood here: nothing, or a space where two words would run together."""
PICTURE = "\x02"
"""An emoji stood here."""
COMMA = "\x03"
"""A short pause is due if more follows."""
STOP = "\x04"
"""The sentence ends here, with a full stop if it has no end of its own."""
PARAGRAPH = "\x05"
"""A paragraph ends here."""
ROW = "\x06"
"""A row of a table begins: its bars part cells."""

SIGNALS = GAP + PICTURE + COMMA + STOP + PARAGRAPH + ROW
