"""Whether a stream of PCM is speech; the voices are real."""

from __future__ import annotations

import random
import time
from array import array
from functools import cache
from math import sin
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.piper_voice import build_piper_voice
from tests.fakes.sink import RecordingSink
from wyoming_tts.audio.fault import Fault
from wyoming_tts.audio.judge import Judge
from wyoming_tts.models import espeak, piper
from wyoming_tts.speech.audio import AudioFormat
from wyoming_tts.speech.prosody import NATURAL, Prosody
from wyoming_tts.speech.utterance import Utterance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wyoming_tts.models.base import Model

FORMAT = AudioFormat(8000)
HISSES = "s s s s. ssss shhh sss tsss zzz. She sells sea shells."
CHUNK_BUDGET_S = 0.002
"""Ten times what a chunk of 60 ms may cost."""


def silence(seconds: float, *, of: int = 0) -> bytes:
    return array("h", [of] * round(seconds * FORMAT.rate)).tobytes()


def sound(seconds: float, *, peak: int = 9000) -> bytes:
    return array("h", (round(peak * sin(n / 6)) for n in range(round(seconds * FORMAT.rate)))).tobytes()


def garbage(seconds: float, *, seed: int = 1, format_: AudioFormat = FORMAT) -> bytes:
    return random.Random(seed).randbytes(format_.size(seconds))


def swapped(pcm: bytes) -> bytes:
    samples = array("h", pcm)
    samples.byteswap()
    return samples.tobytes()


def judged(pcm: bytes, sizes: list[int] | None = None, *, format_: AudioFormat = FORMAT, volume: float = 1.0) -> Judge:
    """Return a judge that has heard the whole in chunks of these numbers of samples, and the rest in one."""
    judge = Judge(format_, volume=volume)
    assert verdict(judge, pcm, sizes) is None
    return judge


def verdict(judge: Judge, pcm: bytes, sizes: list[int] | None = None) -> Fault | None:
    at = 0
    for size in [*(sizes or []), len(pcm)]:
        piece, at = pcm[at : at + 2 * size], at + 2 * size
        fault = judge.hear(piece)
        if fault is not None:
            return fault
    return judge.end()


def fault_of(pcm: bytes, sizes: list[int] | None = None) -> Fault | None:
    return verdict(Judge(FORMAT), pcm, sizes)


def spoken(model: Model, text: str, voice: str, prosody: Prosody = NATURAL) -> tuple[bytes, AudioFormat]:
    sink = RecordingSink()
    for _ in model.steps(Utterance(text, voice, prosody=prosody), sink):
        pass
    return sink.pcm, sink.formats[0]


@pytest.fixture(scope="module")
def engine() -> Iterator[Model]:
    made = espeak.create({})
    yield made
    made.close()


CASES = {
    "speech": (sound(0.5) + silence(0.3) + sound(0.2) + silence(0.1), None),
    "nothing": (b"", None),
    "silence": (silence(1.9), None),
    "late": (silence(1.9) + sound(0.2), None),
    "too late": (silence(2.1) + sound(0.2), Fault.SILENCE),
    "never": (silence(5), Fault.SILENCE),
    "constant": (silence(2.1, of=700) + sound(0.1), Fault.SILENCE),
    "dither": (array("h", [2, -2] * 10_000).tobytes() + sound(0.1), Fault.SILENCE),
    "pause": (sound(0.3) + silence(2.9) + sound(0.3), None),
    "hole": (sound(0.3) + silence(3.1) + sound(0.3), Fault.SILENCE),
    "long end": (sound(0.3) + silence(5), None),
    "end with a click": (sound(0.3) + silence(5) + sound(0.001), Fault.SILENCE),
    "garbage": (garbage(0.3), Fault.NOISE),
    "a little garbage": (garbage(0.08), Fault.NOISE),
    "garbage later": (sound(1.013) + garbage(0.2) + sound(1), Fault.NOISE),
    "a burst": (sound(0.31) + garbage(0.04) + sound(0.3), None),
    "quiet noise": (array("h", (n // 4 for n in array("h", garbage(1)))).tobytes(), None),
    "low tone": (sound(1, peak=32_000), None),
    "text": (b"<html><body>The service is not available, try again in an hour.</body></html>" * 3, Fault.TEXT),
    "file": (b"RIFF\0\0\0\0WAVEfmt " + sound(0.5), Fault.CONTAINER),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_found(name: str) -> None:
    pcm, fault = CASES[name]
    assert fault_of(pcm) is fault


@cache
def heard_whole(name: str) -> Judge:
    """Return a judge that has heard the case in one piece: once, since it is asked for the same facts each time."""
    pcm, fault = CASES[name]
    judge = Judge(FORMAT)
    assert verdict(judge, pcm) is fault
    return judge


@pytest.mark.parametrize("name", CASES)
@settings(deadline=None)
@given(st.lists(st.integers(0, 900), max_size=60))
def test_the_chunking_does_not_matter(name: str, sizes: list[int]) -> None:
    pcm, fault = CASES[name]
    judge, whole = Judge(FORMAT), heard_whole(name)
    assert verdict(judge, pcm, sizes) is fault
    if fault is None:
        for fact in ("heard_s", "sound_s", "silent_s", "sounded", "abrupt"):
            assert getattr(judge, fact) == getattr(whole, fact), fact


@pytest.mark.parametrize("name", [name for name, (_, fault) in CASES.items() if fault is Fault.NOISE])
def test_nothing_of_the_noise_is_certain_before_the_verdict(name: str) -> None:
    pcm, _ = CASES[name]
    begins_at = FORMAT.size(1.013) if "later" in name else 0
    judge = Judge(FORMAT)
    certain = 0
    for at in range(0, len(pcm), 80):
        if judge.hear(pcm[at : at + 80]) is not None:
            break
        if not judge.undecided:
            certain = at + 80
    # A few milliseconds tell nothing.
    assert certain <= begins_at + FORMAT.size(0.01) * (begins_at > 0)


def test_it_measures_sound_and_silence() -> None:
    judge = judged(silence(0.5) + sound(0.3) + silence(0.2))
    assert judge.sounded
    assert (judge.heard_s, judge.sound_s, judge.silent_s) == pytest.approx((1.0, 0.8, 0.2), abs=0.011)
    assert not judged(silence(0.5)).sounded
    assert not judged(silence(0.5)).abrupt


def test_every_sample_counts_as_sound_at_any_rate() -> None:
    judge = Judge(AudioFormat(48_000))
    judge.hear(array("h", [0, 900, 0, 0, 0, 0] * 500).tobytes())
    assert judge.sounded


def test_only_silence_is_undecided_and_a_sound_decides() -> None:
    judge = Judge(FORMAT)
    assert judge.undecided
    judge.hear(silence(0.3))
    assert judge.undecided
    judge.hear(sound(0.02))
    assert not judge.undecided
    judge.hear(silence(0.3))
    assert not judge.undecided


def test_a_cut_in_a_sound_is_abrupt_and_a_fade_is_not() -> None:
    assert judged(sound(0.5)).abrupt
    assert judged(sound(0.5) + sound(0.02, peak=4000)).abrupt
    assert not judged(sound(0.5) + sound(0.02, peak=600)).abrupt
    assert not judged(sound(0.5) + sound(0.02, peak=600) + silence(0.01)).abrupt
    assert judged(sound(0.5) + silence(0.3)).abrupt, "zeros took the place of the rest"


def test_a_voice_made_louder_may_hiss_at_full_scale() -> None:
    assert judged(garbage(1), volume=2.0).sounded


def test_other_than_16_bit_mono_is_not_judged() -> None:
    with pytest.raises(ValueError, match="16-bit mono"):
        Judge(AudioFormat(16_000, channels=2))


@pytest.mark.parametrize("variant", ["", "+demonic", "+steph3", "+whisperf", "+anika", "+klatt"])
@pytest.mark.parametrize("volume", [1.0, 2.0])
@pytest.mark.parametrize("speed", [0.25, 1.0, 4.0])
def test_the_loudest_hisses_of_espeak_are_no_noise(engine: Model, variant: str, volume: float, speed: float) -> None:
    pcm, format_ = spoken(engine, HISSES, f"en-us{variant}", Prosody(speed=speed, volume=volume))
    assert not judged(pcm, format_=format_).abrupt


def test_a_piper_voice_is_no_noise(tmp_path: Path) -> None:
    build_piper_voice(tmp_path)
    model = piper.create({"directories": [str(tmp_path)], "threads": 1})
    pcm, format_ = spoken(model, HISSES, "en_US-tiny-low")
    assert judged(pcm, format_=format_).sounded


def test_samples_with_their_bytes_swapped_are_noise(engine: Model) -> None:
    pcm, format_ = spoken(engine, "Hello there, how are you today?", "en-us")
    assert verdict(Judge(format_), swapped(pcm)) is Fault.NOISE


def test_most_cuts_of_real_speech_are_abrupt(engine: Model) -> None:
    """The rest falls into pauses and the closures of consonants."""
    pcm, format_ = spoken(engine, "It is going to rain in the afternoon, so take an umbrella with you.", "en-us")
    spots = range(len(pcm) // 10 // 2 * 2, len(pcm) * 9 // 10, 1500)
    abrupt = [judged(pcm[:spot], format_=format_).abrupt for spot in spots]
    assert sum(abrupt) > len(abrupt) / 2


@pytest.mark.parametrize("rate", [8000, 22_050, 48_000, 192_000])
@pytest.mark.parametrize("pcm", [sound(6), silence(1.5), garbage(0.09)], ids=["sound", "silence", "garbage"])
def test_a_chunk_costs_little(rate: int, pcm: bytes) -> None:
    format_ = AudioFormat(rate)
    size = format_.size(0.06)
    pcm = (pcm * 40)[: 3 * size]
    costs = []
    for _ in range(20):
        judge = Judge(format_)
        for at in range(0, len(pcm), size):
            began = time.perf_counter()
            judge.hear(pcm[at : at + size])
            costs.append(time.perf_counter() - began)
    assert sorted(costs)[len(costs) // 2] < CHUNK_BUDGET_S
