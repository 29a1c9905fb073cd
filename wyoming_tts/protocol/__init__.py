"""Bounded Wyoming framing, both ways, and our extra keys."""
