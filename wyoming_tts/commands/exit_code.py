"""How a command says to its caller whether it did its work."""

from enum import IntEnum


class ExitCode(IntEnum):
    """What `wyoming-tts` returns to the shell."""

    DONE = 0
    FAILED = 1
    """It could not be done: network, disk, no voice. The reason stands on standard error."""
    WRONG_USE = 2
    """The settings, the arguments or a name in them are wrong."""
