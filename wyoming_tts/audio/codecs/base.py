"""What the decoder needs of every format."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wyoming_tts.audio.codecs.inbox import Inbox
    from wyoming_tts.speech.audio import AudioFormat


class Codec(ABC):
    """Takes one format apart, step by step, so that no step takes long however much has come."""

    @property
    @abstractmethod
    def format(self) -> AudioFormat | None:
        """16-bit mono at the source's rate; None until that is known."""

    @abstractmethod
    def step(self, inbox: Inbox) -> bytes | None:
        """Return the next PCM, empty for a step without any, None where more must come; raises Damaged.

        Once the inbox has ended it is asked until it returns None.
        """

    @abstractmethod
    def end(self, inbox: Inbox) -> None:
        """Judge what is left when all is done; raises CutShort or Damaged."""
