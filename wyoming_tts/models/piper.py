"""Piper: neural voices in ONNX files, one sentence at a time."""

from __future__ import annotations

import logging
import re
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np
import onnxruntime
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidGraph, InvalidProtobuf
from piper import AudioChunk, PiperConfig, PiperVoice, SynthesisConfig

from wyoming_tts.audio.frames import pieces
from wyoming_tts.errors import BadAudio
from wyoming_tts.models.base import Remarks
from wyoming_tts.models.piper_voices import PiperVoiceFile, PiperVoices
from wyoming_tts.models.plain_text import plain
from wyoming_tts.models.stoppable import StoppableSession, Stopped
from wyoming_tts.speech.audio import AudioFormat

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wyoming_tts.models.base import Sink
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.speech.voice import Voice

# A medium voice takes about 220 MB of memory.
MAX_LOADED = 3
FRAMES_PER_PIECE = 4096
# A sentence at a tenth of its speed would take ten times the memory.
SLOWEST, FASTEST = 0.25, 4.0
_ONNX_ERROR = 3
# `[[...]]` is Piper's notation for raw phonemes; brackets are never spoken, so all of them go.
_BRACKETS = re.compile(r"[\[\]]")


def create(options: dict[str, object]) -> PiperModel:
    """Make the model: `directories` holds the voices, `threads` (0: the runtime's choice) and `max_loaded` bound it."""
    # Piper logs the text it speaks and, as warnings, the phonemes it does not know.
    logging.getLogger("piper").setLevel(logging.ERROR)
    onnxruntime.set_default_logger_severity(_ONNX_ERROR)
    directories = cast("Sequence[str]", options.get("directories", ()))
    return PiperModel(
        [Path(directory) for directory in directories],
        threads=cast("int", options.get("threads", 0)),
        max_loaded=cast("int", options.get("max_loaded", MAX_LOADED)),
    )


@dataclass(frozen=True, slots=True)
class _Loaded:
    file: PiperVoiceFile
    session: StoppableSession
    voice: PiperVoice


class PiperModel:
    """Every Piper voice of some directories; the ones used last stay loaded."""

    interleaves = True

    def __init__(self, directories: Sequence[Path], *, threads: int = 0, max_loaded: int = MAX_LOADED) -> None:
        self._voices = PiperVoices(directories)
        self._threads = threads
        self._max_loaded = max(1, max_loaded)
        self._loaded: OrderedDict[str, _Loaded] = OrderedDict()

    def voices(self) -> Sequence[Voice]:
        """Return the voices on the disk now; one that is gone from there is unloaded."""
        return [file.voice for file in self._read().values()]

    def remarks(self) -> Remarks:
        """Return which files had to be left out."""
        return Remarks(unusable=self._voices.unusable)

    def load(self, voice: str) -> None:
        """Load the voice's network. Raises KeyError for an unknown or broken voice, or what the runtime raises."""
        self._load(voice)

    def steps(self, utterance: Utterance, sink: Sink) -> Iterator[None]:
        """Speak sentence by sentence. There is no pitch and no seed in Piper: both are ignored."""
        loaded = self._load(utterance.voice)
        prosody = utterance.prosody
        config = SynthesisConfig(
            speaker_id=loaded.file.speaker_id(utterance.speaker),
            length_scale=loaded.voice.config.length_scale / min(max(prosody.speed, SLOWEST), FASTEST),
            volume=prosody.volume,
        )
        format_ = AudioFormat(loaded.voice.config.sample_rate)
        sink.open(format_)
        sentences = loaded.voice.synthesize(_BRACKETS.sub(" ", plain(utterance.text)), config)
        for pcm in _spoken(iter(sentences), loaded.session, sink):
            for piece in pieces(pcm, format_, frames=FRAMES_PER_PIECE):
                if sink.cancelled:
                    return
                sink.emit(piece)
            yield

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
                raise KeyError(name) from error
        self._loaded[name] = loaded
        return loaded

    def _open(self, file: PiperVoiceFile) -> _Loaded:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _ONNX_ERROR
        # With its arena the runtime keeps what the longest sentence took: 580 MB against 280 MB after 300 characters
        # of a medium voice, for about a tenth of the time (a real-time factor of 0.06).
        options.enable_cpu_mem_arena = False
        options.intra_op_num_threads = self._threads
        # Idle threads that spin take the processor from the other sessions and from the event loop.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        session = StoppableSession(
            onnxruntime.InferenceSession(str(file.model), sess_options=options, providers=["CPUExecutionProvider"])
        )
        return _Loaded(file, session, PiperVoice(session=session, config=PiperConfig.from_dict(file.config)))


def _spoken(sentences: Iterator[AudioChunk], session: StoppableSession, sink: Sink) -> Iterator[bytes]:
    """Yield the PCM of each sentence, until the sink is cancelled.

    Raises RuntimeError where the engine fails, BadAudio where it makes no numbers.
    """
    while not sink.cancelled:
        # Between two sentences another utterance may have used the session.
        session.watch(sink)
        try:
            sentence = next(sentences, None)
        except Stopped:
            return
        except Exception as error:
            # A KeyError or ValueError of the engine's own would pass for an unknown voice or an unfit text.
            raise RuntimeError("Piper failed to speak") from error
        if sentence is None:
            return
        # As integers they would be silence.
        if not np.isfinite(sentence.audio_float_array).all():
            raise BadAudio("not numbers", provider="piper")
        yield sentence.audio_int16_bytes
