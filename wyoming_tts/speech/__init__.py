"""The nouns of speech: plain values, no input or output."""
