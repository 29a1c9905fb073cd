"""A Piper voice on this processor: several sentences in one run of the network, beside one after the other."""

from __future__ import annotations

import statistics
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time
from typing import TYPE_CHECKING, Any

import numpy as np
import onnxruntime
from piper import PiperVoice

from benchmarks.options import parser
from benchmarks.report import Report
from benchmarks.texts import text_of

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence

SIZES = (2, 4, 8)
CHARS = (60, 200)
HEADER = (
    "sentences in one run",
    "n",
    "each ms",
    "in one ms",
    "ratio",
    "spread",
    "processor ratio",
    "first audio ratio",
)


@dataclass(frozen=True, slots=True)
class Pair:
    """The same sentences both ways, in seconds."""

    each_s: float
    each_cpu_s: float
    first_s: float
    """Of the first one, where they go one after the other."""
    batch_s: float
    batch_cpu_s: float


class Network:
    """A voice's network, which takes any number of sentences at once."""

    def __init__(self, folder: Path, threads: int) -> None:
        model = next((path for path in sorted(folder.glob("*.onnx"))), None)
        if model is None:
            raise SystemExit(f"There is no voice in {folder}.")
        self._voice = PiperVoice.load(model)
        options = onnxruntime.SessionOptions()
        options.enable_cpu_mem_arena = False
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self._session = onnxruntime.InferenceSession(
            str(model), sess_options=options, providers=["CPUExecutionProvider"]
        )

    def ids(self, text: str) -> list[int]:
        """Return a text's phonemes as the network's numbers."""
        return [number for spoken in self._voice.phonemize(text) for number in self._voice.phonemes_to_ids(spoken)]

    def run(self, sentences: Sequence[list[int]]) -> None:
        """Speak them in one run, the shorter ones filled up; without noise, so that every run does the same work."""
        lengths = np.array([len(ids) for ids in sentences], np.int64)
        filled = np.zeros((len(sentences), lengths.max()), np.int64)
        for row, ids in zip(filled, sentences, strict=True):
            row[: len(ids)] = ids
        inputs: dict[str, Any] = {
            "input": filled,
            "input_lengths": lengths,
            "scales": np.array([0.0, 1.0, 0.0], np.float32),
        }
        if any(given.name == "sid" for given in self._session.get_inputs()):
            inputs["sid"] = np.zeros(len(sentences), np.int64)
        self._session.run(None, inputs)


def measure(network: Network, sentences: Sequence[list[int]], *, batch_first: bool) -> Pair:
    """Do the same work both ways."""
    batch = _batch(network, sentences) if batch_first else None
    began, cpu = perf_counter(), process_time()
    network.run(sentences[:1])
    first_s = perf_counter() - began
    for ids in sentences[1:]:
        network.run([ids])
    each_s, each_cpu_s = perf_counter() - began, process_time() - cpu
    return Pair(each_s, each_cpu_s, first_s, *(batch or _batch(network, sentences)))


def _batch(network: Network, sentences: Sequence[list[int]]) -> tuple[float, float]:
    began, cpu = perf_counter(), process_time()
    network.run(sentences)
    return perf_counter() - began, process_time() - cpu


def run(options: Namespace) -> Report:
    network = Network(options.voice_dir, options.threads)
    network.run([network.ids(text_of(CHARS[0]))])
    rows = []
    for chars in CHARS:
        for size in SIZES:
            until, pairs = perf_counter() + options.seconds, list[Pair]()
            while len(pairs) < options.count and (perf_counter() < until or len(pairs) < 2):
                texts = [text_of(chars, seed=len(pairs) * size + number) for number in range(size)]
                pairs.append(measure(network, [network.ids(text) for text in texts], batch_first=len(pairs) % 2 == 0))
            rows.append((f"{size} of {chars} characters", *_row(pairs, size)))
    return Report("batching", HEADER, rows, [])


def _row(pairs: Sequence[Pair], size: int) -> tuple[str, ...]:
    ratios = [pair.batch_s / pair.each_s for pair in pairs]
    spread = max(ratios) - min(ratios)
    return (
        str(len(pairs)),
        f"{statistics.median(pair.each_s for pair in pairs) / size * 1e3:.0f}",
        f"{statistics.median(pair.batch_s for pair in pairs) / size * 1e3:.0f}",
        f"{statistics.median(ratios):.2f}",
        f"{spread:.2f}",
        f"{statistics.median(pair.batch_cpu_s / pair.each_cpu_s for pair in pairs):.2f}",
        f"{statistics.median(pair.batch_s / pair.first_s for pair in pairs):.1f}",
    )


def main() -> int:
    flags = parser(__doc__, count=9, seconds=20)
    flags.add_argument("--voice-dir", type=Path, metavar="DIR", required=True, help="a folder with a Piper voice")
    flags.add_argument("--threads", type=int, default=1, help="processor cores for one run")
    options = flags.parse_args()
    return run(options).finish(options)


if __name__ == "__main__":
    sys.exit(main())
