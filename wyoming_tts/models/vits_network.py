"""A voice in three parts: text to latent, latent through the flow, frames to sound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from wyoming_tts.models.stoppable import StoppableSession
from wyoming_tts.models.vits_parts import DECODER, FLOW, TEXT, VitsParts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from wyoming_tts.models.base import Sink

Feed = dict[str, "NDArray[Any]"]
"""What a Piper network is asked: `input`, `input_lengths`, `scales` (noise, length, noise of the lengths), `sid`."""
SCALES = "scales"
MOST_FRAMES = 100_000
"""Twenty minutes; a network that makes more of one piece of text is broken."""


@dataclass(frozen=True, slots=True)
class Latent:
    """A sentence as frames that the flow has not seen yet."""

    durations: NDArray[np.int64]
    """Frames of each phoneme id."""
    frames: NDArray[np.float32]
    """Of the shape 1, channels, frames."""


class VitsNetwork:
    """Three sessions; together they have the weights of the whole network once."""

    def __init__(
        self, parts: VitsParts, text: StoppableSession, flow: StoppableSession, decoder: StoppableSession
    ) -> None:
        self.parts = parts
        self._text = text
        self._flow = flow
        self._decoder = decoder

    @classmethod
    def open(cls, folder: Path, *, threads: int = 0) -> VitsNetwork:
        """Load the parts. Raises OSError, ValueError, or what the runtime raises."""
        parts = VitsParts.read(folder)
        text, flow, decoder = (
            StoppableSession.open(folder / name, threads=threads, bounded=True) for name in (TEXT, FLOW, DECODER)
        )
        return cls(parts, text, flow, decoder)

    def encode(self, feed: Feed, noise: np.random.Generator, sink: Sink | None = None) -> Latent:
        """Return what the text is to sound like, with its noise. Raises Stopped, or what the runtime raises."""
        parts = self.parts
        outputs = [parts.durations, parts.means, parts.logs]
        durations, means, logs = _run(self._text, outputs, _named(feed, parts.text_inputs), sink)
        frames = np.maximum(durations.reshape(-1), 0).astype(np.int64)
        if not np.isfinite(durations).all() or frames.sum() > MOST_FRAMES:
            raise ValueError("durations that are none")
        # Each id's column once for each of its frames: what the graph does with a matrix of ids times frames.
        chosen = np.repeat(np.arange(len(frames)), frames)
        means, logs = (made if parts.ids_axis == 2 else made.transpose(0, 2, 1) for made in (means, logs))
        mean, deviation = means[:, :, chosen], np.exp(logs)[:, :, chosen]
        scale = np.float32(feed[SCALES][0])
        if scale:
            mean = mean + noise.standard_normal(mean.shape, np.float32) * deviation * scale
        return Latent(frames, mean)

    def flow(self, feed: Feed, latent: NDArray[np.float32], sink: Sink | None = None) -> NDArray[np.float32]:
        """Send frames through the flow; within `flow_reach` of a cut edge they are not what they should be."""
        mask = np.ones((1, 1, latent.shape[2]), np.float32)
        given = {self.parts.latent: latent, **dict.fromkeys(self.parts.masks, mask)}
        return self._made(self._flow, self.parts.decoded, given | _named(feed, self.parts.flow_inputs), sink)

    def decode(self, feed: Feed, decoded: NDArray[np.float32], sink: Sink | None = None) -> NDArray[np.float32]:
        """Return the samples of frames; within `decoder_reach` of a cut edge they are not what they should be."""
        given = {self.parts.decoded: decoded} | _named(feed, self.parts.decoder_inputs)
        samples = self._made(self._decoder, self.parts.audio, given, sink).reshape(-1)
        if len(samples) != decoded.shape[2] * self.parts.hop:
            raise ValueError("samples that do not match their frames")
        return samples

    def _made(self, session: StoppableSession, output: str, given: Feed, sink: Sink | None) -> NDArray[np.float32]:
        made: NDArray[np.float32] = _run(session, [output], given, sink)[0]
        return made


def _run(session: StoppableSession, outputs: list[str], given: Mapping[str, Any], sink: Sink | None) -> list[Any]:
    if sink is not None:
        session.watch(sink)
    return session.run(outputs, given)


def _named(feed: Feed, names: tuple[str, ...]) -> Feed:
    return {name: feed[name] for name in names}
