"""What an utterance costs here: sentences of several lengths by the bare engine, nothing of ours round it."""

from __future__ import annotations

from dataclasses import replace
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np
import onnxruntime
from piper import PiperConfig, PiperVoice

from benchmarks.capacity.cost import REFERENCE_CHARS, Cost
from benchmarks.texts import text_of
from wyoming_tts.models.piper_voices import PiperVoices

if TYPE_CHECKING:
    from pathlib import Path

LENGTHS = (40, 100, REFERENCE_CHARS, 300)
ROUNDS = 5


def measured(voice_dir: Path) -> Cost:
    """Return the cost of the folder's voice, of medium quality if there is one; raises SystemExit without a voice."""
    files = PiperVoices([voice_dir]).read()
    if not files:
        raise SystemExit(f"There is no voice in {voice_dir}.")
    file = next((file for name, file in files.items() if name.endswith("-medium")), next(iter(files.values())))
    options = onnxruntime.SessionOptions()
    options.enable_cpu_mem_arena = False  # as the server has it
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(str(file.model), sess_options=options, providers=["CPUExecutionProvider"])
    voice = PiperVoice(session=session, config=PiperConfig.from_dict(file.config))
    _speak(voice, 40)  # what is only slow the first time
    found = [[_speak(voice, chars) for chars in LENGTHS] for _ in range(ROUNDS)]
    quickest = [min(times) for times in zip(*found, strict=True)]
    return fitted(dict(zip(LENGTHS, quickest, strict=True)))


def fitted(found: dict[int, tuple[float, float]]) -> Cost:
    """Return the cost that suits best, from the seconds of work and of audio of texts of so many characters.

    The whole is measured, so its parts keep the shares they have by default.
    """
    worked_s, spoken_s = (np.array(values) for values in zip(*found.values(), strict=True))
    per_audio_s, fixed_s = (float(value) for value in np.polyfit(spoken_s, worked_s, 1))
    usual, audio_s = Cost(), found[REFERENCE_CHARS][1]
    usual_s = usual.text_s + usual.flow_s + usual.decoder_s
    scaled = usual.scaled(per_audio_s * usual.audio_s / usual_s)
    here = audio_s / usual.audio_s
    return replace(
        scaled,
        text_s=scaled.text_s * here,
        flow_s=scaled.flow_s * here,
        decoder_s=scaled.decoder_s * here,
        audio_s=audio_s,
        text_fixed_s=max(fixed_s - scaled.window_fixed_s, 0.0),
    )


def _speak(voice: PiperVoice, chars: int) -> tuple[float, float]:
    began = perf_counter()
    sentences = list(voice.synthesize(text_of(chars).replace(". ", ", ")))
    worked_s = perf_counter() - began
    return worked_s, sum(len(one.audio_float_array) / one.sample_rate for one in sentences)
