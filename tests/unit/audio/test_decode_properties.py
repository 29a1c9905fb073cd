"""Whatever comes is PCM or an honest error, soon, and in bounded memory."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fakes.encoded_audio import NAMES, RATE_HZ, encoded
from wyoming_tts.audio.codecs.flac import MAX_FRAME_BYTES
from wyoming_tts.audio.decode import Decoder
from wyoming_tts.errors import BadAudio, SpeechCutOff
from wyoming_tts.speech.audio import AudioFormat

INPUTS = 300
MAGICS = (
    b"RIFF\0\0\0\0WAVE",
    b"OggS\0\2",
    b"fLaC\0\0\0\x22",
    b"ID3\4\0\0\0\0\2\1",
    b"\xff\xfb\x90\x00",
    b"\xff\xf1\x58\x40",
    b"{",
)


@dataclass(frozen=True)
class Mishap:
    """What happened to a file on its way."""

    name: str
    cut: float
    """Where it ends, as a share of it."""
    replaced: list[tuple[float, bytes]]
    """Bytes in place of others, where."""
    lost: tuple[float, int]
    """Where how many bytes are missing."""
    magic: bytes
    """Put over the beginning."""
    pcm: AudioFormat | None
    sizes: list[int]
    """Of the pieces it arrives in, over and over."""

    def data(self) -> bytes:
        data = bytearray(encoded()[self.name].data)
        for share, new in self.replaced:
            at = round(share * (len(data) - 1))
            data[at : at + len(new)] = new
        at, count = round(self.lost[0] * len(data)), self.lost[1]
        del data[at : at + count]
        data[: len(self.magic)] = self.magic
        return bytes(data[: round(self.cut * len(data))])


SHARES = st.floats(0, 1)
HEADS = SHARES.map(lambda share: share**4)
"""More often near the beginning, where the headers are."""
MISHAPS = st.builds(
    Mishap,
    name=st.sampled_from(NAMES),
    cut=st.one_of(st.just(1.0), SHARES),
    replaced=st.lists(st.tuples(HEADS, st.binary(min_size=1, max_size=40)), max_size=4),
    lost=st.one_of(st.just((0.0, 0)), st.tuples(HEADS, st.integers(1, 2000))),
    magic=st.one_of(st.just(b""), st.sampled_from(MAGICS)),
    pcm=st.sampled_from([None, AudioFormat(RATE_HZ), AudioFormat(8000, 4, 2)]),
    sizes=st.lists(st.one_of(st.integers(1, 300), st.integers(1, 20_000)), min_size=1, max_size=5),
)


@given(MISHAPS)
@settings(max_examples=INPUTS, deadline=None)
def test_any_input_is_pcm_or_an_honest_error_in_bounded_memory(mishap: Mishap) -> None:
    data = mishap.data()
    decoder = Decoder("cloud", pcm=mishap.pcm)
    at = pieces = 0
    known = None
    try:
        while at < len(data):
            size = mishap.sizes[pieces % len(mishap.sizes)] + len(data) // 500
            for pcm in decoder.steps(data[at : at + size]):
                assert len(pcm) % 2 == 0
                assert len(pcm) <= 2 * 192_000
                assert not pcm or decoder.format is not None
            assert known in {None, decoder.format}
            known = decoder.format
            at, pieces = at + size, pieces + 1
            assert len(decoder._inbox) <= MAX_FRAME_BYTES
        decoder.end()
    except (BadAudio, SpeechCutOff):
        return
    assert decoder.format is not None


@given(st.binary(max_size=3000), st.sampled_from([b"", *MAGICS]), st.integers(1, 3000))
@settings(max_examples=INPUTS, deadline=None)
def test_bytes_without_meaning_are_pcm_only_where_that_was_declared(noise: bytes, magic: bytes, size: int) -> None:
    data = magic + noise
    decoder = Decoder("cloud")
    try:
        for start in range(0, len(data), size):
            decoder.feed(data[start : start + size])
        decoder.end()
    except (BadAudio, SpeechCutOff):
        return
    assert magic, "a container may be valid by chance, noise is not"
