"""From one rate to another as a stream."""

import math
from array import array

import pytest

from wyoming_tts.audio.resample import Resampler
from wyoming_tts.speech.audio import AudioFormat


def tone(rate: int, seconds: float, hertz: float = 440.0) -> bytes:
    samples = (int(10_000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(int(rate * seconds)))
    return array("h", samples).tobytes()


@pytest.mark.parametrize("piece", [2, 1000, 10_000_000])
@pytest.mark.parametrize(("source", "target"), [(22_050, 16_000), (16_000, 22_050), (24_000, 48_000)])
def test_keeps_the_length_and_the_level_in_any_chunking(source: int, target: int, piece: int) -> None:
    pcm = tone(source, 0.2)
    resampler = Resampler(AudioFormat(source), AudioFormat(target))
    out = b"".join(resampler.feed(pcm[start : start + piece]) for start in range(0, len(pcm), piece))
    samples = array("h", out + resampler.finish())
    assert abs(len(samples) - 0.2 * target) <= 2
    middle = samples[len(samples) // 4 : -len(samples) // 4]
    assert max(middle) == pytest.approx(10_000, rel=0.02)


def test_the_same_rate_passes_untouched() -> None:
    resampler = Resampler(AudioFormat(16_000), AudioFormat(16_000))
    assert resampler.feed(b"\1\2\3\4") == b"\1\2\3\4"
    assert resampler.finish() == b""


def test_other_than_16_bit_mono_is_refused() -> None:
    with pytest.raises(ValueError, match="16-bit mono"):
        Resampler(AudioFormat(16_000, channels=2), AudioFormat(16_000))
