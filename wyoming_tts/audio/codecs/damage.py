"""What a codec finds wrong, before anybody knows whose audio it was."""


class Damaged(Exception):
    """The bytes are not what they began as; the text says why, in words that are safe to show."""


class CutShort(Damaged):
    """The bytes say themselves that more should have come."""
