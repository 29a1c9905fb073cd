"""Cuts the network of a voice in three, as a process of its own: what it needs would stay in a worker's memory.

`python -m wyoming_tts.models.vits_cutter VOICE FOLDER SYMBOLS SPEAKERS`. Leaves the parts in FOLDER and ends with 0, or
ends with EXIT_UNCUTTABLE where the network is another one than the search expects or the parts do not equal it.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx.utils import Extractor

from wyoming_tts.models.stoppable import StoppableSession
from wyoming_tts.models.vits_graph import Uncuttable, VitsGraph
from wyoming_tts.models.vits_network import SCALES, VitsNetwork
from wyoming_tts.models.vits_parts import DECODER, FLOW, TEXT, VitsParts
from wyoming_tts.models.vits_reach import reach
from wyoming_tts.models.vits_speech import VitsSpeech
from wyoming_tts.models.vits_store import EXIT_UNCUTTABLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from wyoming_tts.models.vits_network import Feed

LOOK_EVERY_S = 1.0
NICENESS = 10
"""Somebody may be speaking meanwhile."""
TRIAL_IDS = 48
TRIAL_WINDOW = 5
"""Frames: short, so that every edge is tried."""
SAME = 1e-3
"""Of samples between -1 and 1: beside what is heard of a wrong cut, 4e-2 and more, nothing."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Cut, and compare with the whole."""
    parser = argparse.ArgumentParser(prog="wyoming_tts.models.vits_cutter")
    parser.add_argument("voice", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("symbols", type=int)
    parser.add_argument("speakers", type=int)
    given = parser.parse_args(arguments)
    with suppress(OSError):
        os.nice(NICENESS)
    try:
        cut(given.voice, given.folder)
        _compare(given.voice, given.folder, _trial(given.symbols, given.speakers))
    except Uncuttable:
        return EXIT_UNCUTTABLE
    return 0


def _end_with_worker() -> None:
    """Leave when the worker has gone, or when told to: nobody waits for the parts any more."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(LOOK_EVERY_S)
        os._exit(1)

    for number in (signal.SIGTERM, signal.SIGINT):  # which a worker leaves to its own parent
        signal.signal(number, signal.SIG_DFL)
    threading.Thread(target=watch, daemon=True).start()


def cut(voice: Path, folder: Path) -> VitsParts:
    """Write the parts of a voice, which may still turn out to be wrong. Raises Uncuttable."""
    model = onnx.load(str(voice))
    try:
        parts = parts_of(VitsGraph(model.graph))
    except (IndexError, KeyError, TypeError, ValueError) as error:
        # A node with more or fewer inputs than those of the networks that are known.
        raise Uncuttable("shape of the graph") from error
    ends = (parts.durations, parts.means, parts.logs)
    for name in dict.fromkeys((*ends, parts.latent, *parts.masks, parts.decoded)):
        # The extractor asks for a type; the runtime finds out the shapes by itself.
        model.graph.value_info.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    extractor = Extractor(model)
    for name, inputs, outputs in (
        (TEXT, parts.text_inputs, ends),
        (FLOW, (parts.latent, *parts.masks, *parts.flow_inputs), (parts.decoded,)),
        (DECODER, (parts.decoded, *parts.decoder_inputs), (parts.audio,)),
    ):
        onnx.save(extractor.extract_model(list(inputs), list(outputs)), str(folder / name))
    parts.write(folder)
    return parts


def parts_of(graph: VitsGraph) -> VitsParts:
    """Return what the parts are to be. Raises Uncuttable."""
    cuts = graph.cuts
    flow, decoder = reach(graph, cuts.latent, cuts.decoded), reach(graph, cuts.decoded, cuts.audio)
    if flow.places != 1:
        raise Uncuttable("frames of the flow")
    return VitsParts(
        text_inputs=graph.asked_for((cuts.durations, cuts.means, cuts.logs)),
        durations=cuts.durations,
        means=cuts.means,
        logs=cuts.logs,
        ids_axis=cuts.ids_axis,
        flow_inputs=graph.asked_for((cuts.decoded,), but=(cuts.latent, *cuts.masks)),
        latent=cuts.latent,
        masks=cuts.masks,
        flow_reach=int(flow.frames),
        decoder_inputs=graph.asked_for((cuts.audio,), but=(cuts.decoded,)),
        decoded=cuts.decoded,
        decoder_reach=int(decoder.frames),
        audio=cuts.audio,
        hop=decoder.places,
    )


def _trial(symbols: int, speakers: int) -> Feed:
    ids = np.arange(TRIAL_IDS)[None] * 7 % max(1, symbols)
    feed: Feed = {
        "input": ids.astype(np.int64),
        "input_lengths": np.array([TRIAL_IDS], np.int64),
        SCALES: np.array([0.0, 1.0, 0.0], np.float32),
    }
    return feed | ({"sid": np.array([speakers - 1], np.int64)} if speakers > 1 else {})


def _compare(voice: Path, folder: Path, feed: Feed) -> None:
    """Raise Uncuttable where the parts in windows do not make the samples that the whole makes."""
    whole = StoppableSession.open(voice).run(None, feed)[0].reshape(-1)
    try:
        parts = _in_windows(VitsNetwork.open(folder), feed)
    except MemoryError:
        raise  # as may be otherwise the next time
    except Exception as error:
        # The runtime has a dozen classes for a part that lacks something, and the whole has just spoken.
        raise Uncuttable("parts") from error
    if not len(whole) or parts.shape != whole.shape or not np.abs(parts - whole).max() < SAME:
        raise Uncuttable("sound")


def _in_windows(network: VitsNetwork, feed: Feed) -> NDArray[np.float32]:
    speech = VitsSpeech(network, feed, network.encode(feed, np.random.default_rng()))
    windows = [np.empty(0, np.float32)]
    while speech.left:
        windows.append(speech.speak(TRIAL_WINDOW))
    return np.concatenate(windows)


if __name__ == "__main__":
    _end_with_worker()
    sys.exit(main())
