"""Piper: neural voices in ONNX files, spoken below the sentence where their network can be cut."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidGraph, InvalidProtobuf

from wyoming_tts.models.base import Remarks
from wyoming_tts.models.piper_cutting import Cutting
from wyoming_tts.models.piper_network import CutNetwork, WholeNetwork
from wyoming_tts.models.piper_phonemes import PiperPhonemes
from wyoming_tts.models.piper_speech import PiperSpeech
from wyoming_tts.models.piper_voices import PiperVoiceFile, PiperVoices
from wyoming_tts.models.stoppable import StoppableSession
from wyoming_tts.models.vits_store import PartsStore
from wyoming_tts.models.windows import Pace, Windows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from wyoming_tts.models.base import Sink
    from wyoming_tts.models.piper_network import Network
    from wyoming_tts.models.vits_network import VitsNetwork
    from wyoming_tts.models.vits_store import Cut
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.speech.voice import Voice

# A medium voice takes about 220 MB of memory.
MAX_LOADED = 3
_ONNX_ERROR = 3


def create(options: dict[str, object]) -> PiperModel:
    """Make the model: `directories` holds the voices, `threads` (0: the runtime's choice) and `max_loaded` bound it.

    `parts` is the folder for voices in parts; without it every voice is cut anew in every process.
    """
    # Piper logs the text it speaks and, as warnings, the phonemes it does not know.
    logging.getLogger("piper").setLevel(logging.ERROR)
    onnxruntime.set_default_logger_severity(_ONNX_ERROR)
    directories = cast("Sequence[str]", options.get("directories", ()))
    parts = cast("str | None", options.get("parts"))
    return PiperModel(
        [Path(directory) for directory in directories],
        threads=cast("int", options.get("threads", 0)),
        max_loaded=cast("int", options.get("max_loaded", MAX_LOADED)),
        parts=Path(parts) if parts else None,
    )


@dataclass(slots=True)
class _Loaded:
    file: PiperVoiceFile
    phonemes: PiperPhonemes
    network: Network
    pace: Pace = field(default_factory=Pace)


class PiperModel:
    """Every Piper voice of some directories; the ones used last stay loaded."""

    interleaves = True

    def __init__(
        self,
        directories: Sequence[Path],
        *,
        threads: int = 0,
        max_loaded: int = MAX_LOADED,
        parts: Path | None = None,
        now: Callable[[], float] = time.perf_counter,
        cut: Cut | None = None,
    ) -> None:
        self._voices = PiperVoices(directories)
        self._threads = threads
        self._max_loaded = max(1, max_loaded)
        self._now = now
        self._loaded: OrderedDict[str, _Loaded] = OrderedDict()
        self.cutting = Cutting(PartsStore(parts, threads=threads, cut=cut))

    def voices(self) -> Sequence[Voice]:
        """Return the voices on the disk now; one that is gone from there is unloaded."""
        return [file.voice for file in self._read().values()]

    def remarks(self) -> Remarks:
        """Return which files had to be left out, and which voices are spoken in which way."""
        marked = tuple(
            name
            for name, loaded in self._loaded.items()
            if isinstance(loaded.network, CutNetwork) and loaded.phonemes.tells_words
        )
        return Remarks(unusable=self._voices.unusable, whole=self.cutting.uncut, marked=marked)

    def load(self, voice: str) -> None:
        """Load the voice's network. Raises KeyError for an unknown or broken voice, or what the runtime raises."""
        self._load(voice)

    def steps(self, utterance: Utterance, sink: Sink) -> Iterator[None]:
        """Speak window by window, or sentence by sentence. There is no pitch and no seed in Piper: both are ignored."""
        loaded = self._load(utterance.voice)
        speech = PiperSpeech(loaded.phonemes, utterance, loaded.file.speaker_id(utterance.speaker), sink)
        yield from speech.steps(loaded.network, Windows(loaded.pace))

    def close(self) -> None:
        """Unload every voice."""
        self._loaded.clear()

    def _read(self) -> dict[str, PiperVoiceFile]:
        files = self._voices.read()
        for name in [name for name, loaded in self._loaded.items() if name not in files or files[name] != loaded.file]:
            del self._loaded[name]
        return files

    def _load(self, name: str) -> _Loaded:
        file = self._read()[name]
        loaded = self._loaded.pop(name, None)
        if loaded is None:
            while len(self._loaded) >= self._max_loaded:
                self._loaded.popitem(last=False)
            try:
                loaded = self._open(file)
            except (InvalidProtobuf, InvalidGraph) as error:
                # Half a download, say: from now on it is no voice, and whoever asks for the list learns why.
                self._voices.give_up(file)
                self.cutting.forget(file)
                raise KeyError(name) from error
        self._loaded[name] = loaded
        return loaded

    def _open(self, file: PiperVoiceFile) -> _Loaded:
        phonemes = PiperPhonemes(file.config)
        if (parts := self.cutting.known(file)) is not None:
            return _Loaded(file, phonemes, CutNetwork(parts, self._now))
        loaded = _Loaded(file, phonemes, WholeNetwork(StoppableSession.open(file.model, threads=self._threads)))

        def swap(parts: VitsNetwork) -> None:
            # From the next utterance on; the whole network goes with the last one that speaks with it.
            loaded.network = CutNetwork(parts, self._now)

        self.cutting.want(file, swap)
        return loaded
