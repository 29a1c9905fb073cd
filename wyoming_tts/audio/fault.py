"""What can be wrong with something that should be speech."""

from enum import StrEnum


class Fault(StrEnum):
    """A reason to refuse audio, worded for the owner."""

    TEXT = "text in place of audio"
    CONTAINER = "an audio file in place of raw samples"
    NOISE = "full-scale noise"
    SILENCE = "silence"
