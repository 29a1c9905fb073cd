"""How loud speech is, and making it louder or quieter without clipping."""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wyoming_tts.speech.audio import AudioFormat

FULL_SCALE = 32768
KNEE, CEILING = 0.8, 0.99
"""Of full scale: up to the knee a gain is linear, the ceiling is approached and never reached."""

# The gating of ITU-R BS.1770-4, annex 1: blocks of 400 ms, each beginning 100 ms after the one before.
STEP_S, STEPS_IN_BLOCK = 0.1, 4
ABSOLUTE_GATE_LUFS, RELATIVE_GATE_LU = -70.0, -10.0
OFFSET_LU = -0.691

# The two filters of BS.1770-4, annex 1, as Hz, Q and dB. The standard prints coefficients for 48 kHz only (its tables
# 1 and 2); these are the analogue figures that they follow from by the bilinear transform, to all the digits printed.
SHELF_HZ, SHELF_Q, SHELF_DB, SHELF_SLOPE = 1681.974450955533, 0.7071752369554196, 3.999843853973347, 0.4996667741545416
HIGH_PASS_HZ, HIGH_PASS_Q = 38.13547087602444, 0.5003270373238773

RING_S = 0.25
"""By then the filters' answer to an impulse has died down below what 64 bits can hold."""


class Gain:
    """So many decibels for every sample by itself, so that the cutting into chunks makes no difference."""

    def __init__(self, db: float) -> None:
        self.db = db
        self._table = _table(10 ** (db / 20)) if db else None

    def apply(self, pcm: bytes) -> bytes:
        """Return 16-bit PCM of any number of channels at its new level; no sample reaches full scale."""
        if self._table is None or not pcm:
            return pcm
        samples = import_module("numpy").frombuffer(pcm, dtype="<u2")
        return bytes(self._table[samples].tobytes())


def _table(factor: float) -> Any:
    """Return the new value of every 16-bit sample, by its bits read as an unsigned number."""
    numpy = import_module("numpy")
    size = numpy.arange(FULL_SCALE + 1) / FULL_SCALE * factor
    loud = size > KNEE
    room = CEILING - KNEE
    size[loud] = KNEE + room * numpy.tanh((size[loud] - KNEE) / room)
    after = numpy.rint(size * FULL_SCALE).astype("<i2")
    return numpy.concatenate([after[:-1], -after[:0:-1]])


def libraries() -> None:
    """Import what any gain but 0 dB needs: a tenth of a second that should not fall into an answer."""
    import_module("numpy")


def loudness(pcm: bytes, audio_format: AudioFormat) -> float | None:
    """Return the integrated loudness in LUFS by ITU-R BS.1770-4; None where it is silent or shorter than 0.4 s.

    16-bit mono only, counted as the one channel it is: the same on two channels is 3 LU louder. Takes a moment for
    minutes of audio and imports numpy: not for the event loop.
    """
    if audio_format.frame_bytes != 2:
        raise ValueError("only 16-bit mono is measured; convert first")
    numpy = import_module("numpy")
    samples = numpy.frombuffer(pcm, dtype="<i2") / FULL_SCALE if pcm else numpy.zeros(0)
    powers = _block_powers(_weighted(samples, audio_format.rate), audio_format.rate)
    powers = powers[powers > _power(ABSOLUTE_GATE_LUFS)]
    if not len(powers):
        return None
    # Never empty: the loudest block is above a gate that lies below the mean of all.
    powers = powers[powers > powers.mean() * 10 ** (RELATIVE_GATE_LU / 10)]
    return OFFSET_LU + 10 * math.log10(powers.mean())


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - OFFSET_LU) / 10))


def _block_powers(samples: Any, rate: int) -> Any:
    """Return the mean square of every whole block."""
    numpy = import_module("numpy")
    step = round(STEP_S * rate)
    steps = numpy.add.reduceat(numpy.square(samples), numpy.arange(0, len(samples), step)) if len(samples) else samples
    steps = steps[: len(samples) // step]
    if len(steps) < STEPS_IN_BLOCK:
        return numpy.zeros(0)
    return numpy.convolve(steps, numpy.ones(STEPS_IN_BLOCK), mode="valid") / (STEPS_IN_BLOCK * step)


def _weighted(samples: Any, rate: int) -> Any:
    """Return the samples through both filters of the K-weighting.

    As a product of spectra: exact, for what rings on beyond the end has faded before it comes round to the beginning.
    """
    numpy = import_module("numpy")
    size = 1 << (len(samples) + math.ceil(RING_S * rate)).bit_length()
    delay = numpy.exp(-2j * numpy.pi * numpy.arange(size // 2 + 1) / size)
    response = 1.0
    for over, under in (_shelf(rate), _high_pass(rate)):
        response = response * numpy.polyval(over[::-1], delay) / numpy.polyval(under[::-1], delay)
    return numpy.fft.irfft(numpy.fft.rfft(samples, size) * response, size)[: len(samples)]


def _shelf(rate: int) -> tuple[list[float], list[float]]:
    """Return b and a of the first filter: the head's effect, as a shelf for the high tones."""
    k = math.tan(math.pi * SHELF_HZ / rate)
    high = 10 ** (SHELF_DB / 20)
    middle = high**SHELF_SLOPE
    a0 = 1 + k / SHELF_Q + k * k
    over = [high + middle * k / SHELF_Q + k * k, 2 * (k * k - high), high - middle * k / SHELF_Q + k * k]
    under = [a0, 2 * (k * k - 1), 1 - k / SHELF_Q + k * k]
    return [b / a0 for b in over], [a / a0 for a in under]


def _high_pass(rate: int) -> tuple[list[float], list[float]]:
    """Return b and a of the second filter, against rumble."""
    k = math.tan(math.pi * HIGH_PASS_HZ / rate)
    a0 = 1 + k / HIGH_PASS_Q + k * k
    return [1.0, -2.0, 1.0], [1.0, 2 * (k * k - 1) / a0, (1 - k / HIGH_PASS_Q + k * k) / a0]
