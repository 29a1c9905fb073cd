"""Loudness by the standard, and gains that never clip."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from array import array
from itertools import pairwise

import pytest

from wyoming_tts.audio.level import CEILING, KNEE, Gain, loudness
from wyoming_tts.speech.audio import AudioFormat

RATES = [8000, 16_000, 22_050, 24_000, 44_100, 48_000]
ALL_SAMPLES = array("h", range(-32768, 32768)).tobytes()

# ITU-R BS.1770-4, annex 1, tables 1 and 2: b0, b1, b2, a1, a2 at 48 kHz.
SHELF = (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585)
HIGH_PASS = (1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621)


def sine(dbfs: float, seconds: float, rate: int = 48_000, hz: float = 1000.0) -> bytes:
    peak = 32768 * 10 ** (dbfs / 20)
    turn = 2 * math.pi * hz / rate
    return array("h", (round(peak * math.sin(turn * at)) for at in range(round(seconds * rate)))).tobytes()


@pytest.mark.parametrize("rate", RATES)
def test_the_reference_tone_reads_as_the_standard_says(rate: int) -> None:
    """BS.1770: 0 dBFS at 997 Hz in one channel is -3.01 LKFS; EBU Tech 3341 allows 0.1 LU."""
    assert loudness(sine(-20.0, 5.0, rate, hz=997.0), AudioFormat(rate)) == pytest.approx(-23.01, abs=0.1)


@pytest.mark.parametrize(
    ("parts", "lufs"),
    [
        # EBU Tech 3341, test cases 1 to 5, in one channel: 3.01 LU less than in their two.
        ([(-23.0, 20.0)], -23.0),
        ([(-33.0, 20.0)], -33.0),
        ([(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)], -23.0),
        ([(-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)], -23.0),
        ([(-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)], -23.0),
    ],
)
def test_quiet_parts_are_gated_as_the_ebu_wants_it(parts: list[tuple[float, float]], lufs: float) -> None:
    rate = 16_000
    pcm = b"".join(sine(dbfs, seconds, rate) for dbfs, seconds in parts)
    assert loudness(pcm, AudioFormat(rate)) == pytest.approx(lufs - 3.01, abs=0.1)


def filtered(samples: list[float], b0: float, b1: float, b2: float, a1: float, a2: float) -> list[float]:
    """A biquad sample after sample, as the standard draws it."""
    out, x1, x2, y1, y2 = [], 0.0, 0.0, 0.0, 0.0
    for x in samples:
        y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
        x1, x2, y1, y2 = x, x1, y, y1
        out.append(y)
    return out


@pytest.mark.parametrize("count", [96_123, 65_535])
def test_it_agrees_with_the_printed_filters_run_sample_by_sample(count: int) -> None:
    """Noise that comes and goes over a rumble, at 48 kHz, by the letter of the standard."""
    rng = random.Random(7)
    rate = 48_000
    pcm = array("h")
    for at in range(count):
        loud = 6000 * math.sin(2 * math.pi * 0.4 * at / rate) ** 2
        pcm.append(round(rng.gauss(0, loud / 2) + 2000 * math.sin(2 * math.pi * 25 * at / rate)))
    weighted = filtered(filtered([sample / 32768 for sample in pcm], *SHELF), *HIGH_PASS)
    block, step = rate * 4 // 10, rate // 10
    powers = [
        sum(y * y for y in weighted[start : start + block]) / block for start in range(0, count - block + 1, step)
    ]
    powers = [power for power in powers if -0.691 + 10 * math.log10(power) > -70]
    gate = -0.691 + 10 * math.log10(sum(powers) / len(powers)) - 10
    powers = [power for power in powers if -0.691 + 10 * math.log10(power) > gate]
    expected = -0.691 + 10 * math.log10(sum(powers) / len(powers))
    assert loudness(pcm.tobytes(), AudioFormat(rate)) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("pcm", [b"", bytes(2), sine(-20, 0.39), bytes(96_000 * 2), sine(-75, 2)])
def test_too_short_or_silent_is_no_loudness(pcm: bytes) -> None:
    assert loudness(pcm, AudioFormat(48_000)) is None


def test_one_block_is_enough() -> None:
    assert loudness(sine(-20, 0.4), AudioFormat(48_000)) == pytest.approx(-23.0, abs=0.2)


def test_only_16_bit_mono_is_measured() -> None:
    with pytest.raises(ValueError, match="16-bit mono"):
        loudness(bytes(8), AudioFormat(16_000, channels=2))


@pytest.mark.parametrize("db", [-12.0, -3.0, 3.0, 12.0])
def test_a_gain_is_linear_up_to_the_knee(db: float) -> None:
    factor = 10 ** (db / 20)
    after = array("h", Gain(db).apply(ALL_SAMPLES))
    for before, sample in zip(range(-32768, 32768), after, strict=True):
        if abs(before) * factor <= KNEE * 32768:
            assert abs(sample - before * factor) <= 0.51


@pytest.mark.parametrize("db", [-12.0, -0.5, 0.5, 6.0, 12.0, 24.0])
def test_the_loudest_sample_stays_below_full_scale_and_nothing_is_turned_over(db: float) -> None:
    after = array("h", Gain(db).apply(ALL_SAMPLES)).tolist()
    assert after == sorted(after)
    assert max(map(abs, after)) <= math.ceil(CEILING * 32768) < 32767
    assert after[1:] == [-sample for sample in after[:0:-1]]


def test_the_curve_has_no_corner_at_the_knee() -> None:
    after = array("h", Gain(6.0).apply(ALL_SAMPLES)).tolist()
    steps = [later - sooner for sooner, later in pairwise(after)]
    at_knee = 32768 + round(KNEE * 32768 / 10 ** (6 / 20))
    assert sum(steps[at_knee : at_knee + 100]) == pytest.approx(sum(steps[at_knee - 100 : at_knee]), rel=0.03)
    assert max(steps) <= 3


def test_above_the_knee_it_grows_ever_more_slowly() -> None:
    """A hard edge at the ceiling would be clipping at another place."""
    after = array("h", Gain(3.0).apply(ALL_SAMPLES)).tolist()
    knee = 32768 + math.ceil(KNEE * 32768 / 10 ** (3 / 20))
    grown = [after[start + 1000] - after[start] for start in range(knee, knee + 6000, 1000)]
    assert all(later < sooner for sooner, later in pairwise(grown))
    assert grown[-1] > 0


@pytest.mark.parametrize("size", [2, 6, 1000, 65_534])
def test_the_cutting_into_chunks_makes_no_difference(size: int) -> None:
    gain = Gain(7.3)
    pieces = [gain.apply(ALL_SAMPLES[start : start + size]) for start in range(0, len(ALL_SAMPLES), size)]
    assert b"".join(pieces) == gain.apply(ALL_SAMPLES)


def test_an_empty_chunk_stays_empty() -> None:
    assert Gain(6.0).apply(b"") == b""


def test_no_gain_gives_back_the_very_bytes_and_imports_nothing() -> None:
    assert Gain(0.0).apply(ALL_SAMPLES) is ALL_SAMPLES
    code = (
        "import sys; from wyoming_tts.audio.level import Gain; Gain(0.0).apply(b'ab'); sys.exit('numpy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
