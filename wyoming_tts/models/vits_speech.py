"""One sentence, window by window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from wyoming_tts.models.base import Sink
    from wyoming_tts.models.vits_network import Feed, Latent, VitsNetwork


class VitsSpeech:
    """The frames of a sentence, of which each is decoded once; the windows together equal the whole."""

    def __init__(self, network: VitsNetwork, feed: Feed, latent: Latent) -> None:
        self._network = network
        self._feed = feed
        self._latent = latent.frames
        self._flowed: NDArray[np.float32] = np.empty_like(latent.frames)
        self._flowed_to = 0
        self._spoken_to = 0
        self._frames: int = latent.frames.shape[2]

    @property
    def left(self) -> int:
        """Frames that have not been spoken."""
        return self._frames - self._spoken_to

    def speak(self, frames: int, sink: Sink | None = None, *, flow_ahead: int = 0) -> NDArray[np.float32]:
        """Return the samples of the next frames. Raises Stopped, or what the runtime raises.

        Args:
            frames: How many; the rest where fewer are left.
            sink: Whose cancel ends it.
            flow_ahead: Frames behind these that go through the flow at the same time, where it has to run at all: each
                run computes `2 * flow_reach` frames for nothing.

        """
        start, reach = self._spoken_to, self._network.parts.decoder_reach
        end = min(start + frames, self._frames)
        first, last = max(0, start - reach), min(end + reach, self._frames)
        if last > self._flowed_to:
            self._flow(min(last + flow_ahead, self._frames), sink)
        samples = self._network.decode(self._feed, self._flowed[:, :, first:last], sink)
        self._spoken_to = end
        hop = self._network.parts.hop
        return samples[(start - first) * hop : (end - first) * hop]

    def _flow(self, end: int, sink: Sink | None) -> None:
        start, reach = self._flowed_to, self._network.parts.flow_reach
        first, last = max(0, start - reach), min(end + reach, self._frames)
        flowed = self._network.flow(self._feed, self._latent[:, :, first:last], sink)
        self._flowed[:, :, start:end] = flowed[:, :, start - first : end - first]
        self._flowed_to = end
