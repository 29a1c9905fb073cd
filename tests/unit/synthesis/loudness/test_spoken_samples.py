"""Audio is collected by voice until there is enough, and never more."""

from wyoming_tts.speech.audio import AudioFormat
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.synthesis.loudness.spoken_samples import ENOUGH_S, MAX_VOICES, SpokenSamples

FORMAT = AudioFormat(1000)
HALF = b"\1\2" * round(500 * ENOUGH_S)
ANNA = VoiceName("cloud", "anna")


def test_utterances_add_up_until_there_is_enough_and_not_a_byte_more() -> None:
    samples = SpokenSamples()
    samples.add(ANNA, "1", FORMAT, HALF)
    assert samples.take() is None
    assert samples.wants(ANNA)
    samples.add(ANNA, "1", FORMAT, HALF * 3)
    assert not samples.wants(ANNA)
    samples.add(ANNA, "1", FORMAT, HALF)
    taken = samples.take()
    assert taken is not None
    assert (taken.name, taken.version, taken.format) == (ANNA, "1", FORMAT)
    assert taken.pcm == HALF * 2
    assert samples.take() is None
    assert samples.wants(ANNA)


def test_another_version_or_format_begins_anew() -> None:
    samples = SpokenSamples()
    samples.add(ANNA, "1", FORMAT, HALF)
    samples.add(ANNA, "2", FORMAT, HALF)
    samples.add(ANNA, "2", AudioFormat(1001), HALF)
    assert samples.take() is None
    samples.add(ANNA, "2", AudioFormat(1001), HALF + b"\0\0" * 100)
    taken = samples.take()
    assert taken is not None
    assert (taken.version, taken.format.rate) == ("2", 1001)


def test_voices_do_not_mix_and_their_number_is_bounded() -> None:
    samples = SpokenSamples()
    for number in range(MAX_VOICES + 1):
        samples.add(VoiceName("cloud", str(number)), "", FORMAT, HALF)
    for number in (0, 1):
        samples.add(VoiceName("cloud", str(number)), "", FORMAT, HALF)
    assert samples.take() is None, "the first was forgotten for the last, the second for the first"
    samples.add(VoiceName("cloud", str(MAX_VOICES)), "", FORMAT, HALF)
    assert samples.take() is not None
