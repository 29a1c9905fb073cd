"""A Piper voice's network, whole or in parts, as what makes sound of phoneme ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from wyoming_tts.models.vits_speech import VitsSpeech

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from wyoming_tts.models.base import Sink
    from wyoming_tts.models.stoppable import StoppableSession
    from wyoming_tts.models.vits_network import Feed, VitsNetwork
    from wyoming_tts.models.windows import Windows


@dataclass(frozen=True, slots=True)
class Stretch:
    """What one step has made of a piece of text."""

    samples: NDArray[np.float32]
    """Between -1 and 1; may be none."""
    ends: NDArray[np.int64] | None = None
    """In samples from the piece's beginning, where the sound of each phoneme id ends; None where nobody knows."""
    last: bool = True


class Network(Protocol):
    """Makes sound in steps."""

    def stretches(self, feed: Feed, windows: Windows, sink: Sink) -> Iterator[Stretch]:
        """Yield the sound of one piece, one stretch for each step. Raises Stopped, or what the runtime raises."""
        ...


class WholeNetwork:
    """As the file has it: one piece is one step, and nobody knows when which of its sounds begins."""

    def __init__(self, session: StoppableSession) -> None:
        self._session = session

    def stretches(self, feed: Feed, windows: Windows, sink: Sink) -> Iterator[Stretch]:
        """Yield the whole piece."""
        del windows
        self._session.watch(sink)
        yield Stretch(self._session.run(None, feed)[0].reshape(-1))


class CutNetwork:
    """In parts: the text is one step, then each window is one."""

    def __init__(self, network: VitsNetwork, now: Callable[[], float]) -> None:
        self._network = network
        self._now = now
        self._noise = np.random.default_rng()

    def stretches(self, feed: Feed, windows: Windows, sink: Sink) -> Iterator[Stretch]:
        """Yield nothing but the times first, and then window after window."""
        latent = self._network.encode(feed, self._noise, sink)
        speech = VitsSpeech(self._network, feed, latent)
        ends = np.cumsum(latent.durations) * self._network.parts.hop
        yield Stretch(np.empty(0, np.float32), ends, last=not speech.left)
        edges = 2 * self._network.parts.decoder_reach
        while speech.left:
            frames = windows.size(speech.left, edges, sink)
            began = self._now()
            samples = speech.speak(frames, sink, flow_ahead=windows.ahead(sink))
            windows.took(frames + edges, self._now() - began)
            yield Stretch(samples, ends, last=not speech.left)
