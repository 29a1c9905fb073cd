"""Frame headers of FLAC."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.fakes.encoded_audio import encoded
from wyoming_tts.audio.codecs.flac_header import FlacHeader, _crc8


def head(*, block: int = 12, rate: int = 0, number: bytes = b"\0", tail: bytes = b"", variable: int = 0) -> bytes:
    data = bytes([0xFF, 0xF8 | variable, block << 4 | rate, 8]) + number + tail
    return data + bytes([_crc8(data)])


def test_a_real_encoders_headers_follow_each_other() -> None:
    data = encoded()["flac"].data
    found = [FlacHeader.parse(data[at : at + 16]) for at in range(8000, len(data)) if data.startswith(b"\xff\xf8", at)]
    headers = [header for header in found if header is not None]
    assert [header.number for header in headers] == list(range(len(headers)))
    assert all(after.follows(before) for before, after in pairwise(headers))
    assert sum(header.samples for header in headers) == 24_000


@pytest.mark.parametrize(
    ("data", "samples", "number"),
    [
        (head(block=1), 192, 0),
        (head(block=3), 1152, 0),
        (head(block=12), 4096, 0),
        (head(block=6, tail=b"\x63"), 100, 0),
        (head(block=7, tail=b"\x03\xe7"), 1000, 0),
        (head(rate=12, tail=b"\x18"), 4096, 0),
        (head(rate=13, tail=b"\x5d\xc0"), 4096, 0),
        (head(number=b"\xc2\x80"), 4096, 128),
        (head(number=b"\xfe" + b"\x80" * 5 + b"\x81"), 4096, 1),
    ],
)
def test_lengths_and_numbers_are_read(data: bytes, samples: int, number: int) -> None:
    assert FlacHeader.parse(data) == FlacHeader(variable=False, number=number, samples=samples)


@pytest.mark.parametrize(
    "data",
    [
        head()[:-1] + b"\1",
        head()[:5],
        head(block=0),
        head(rate=15),
        head(number=b"\x80"),
        head(number=b"\xff"),
        head(number=b"\xc2\x00"),
        head(number=b"\xfe\x80"),
        b"\xff\xfa" + head()[2:],
        b"\xff\xf8\xc0\x09\0" + bytes([_crc8(b"\xff\xf8\xc0\x09\0")]),
    ],
)
def test_anything_else_is_none(data: bytes) -> None:
    assert FlacHeader.parse(data) is None


def test_numbers_count_frames_or_samples() -> None:
    assert FlacHeader(variable=True, number=4096, samples=100).follows(
        FlacHeader(variable=True, number=0, samples=4096)
    )
    assert not FlacHeader(variable=True, number=1, samples=1).follows(FlacHeader(variable=True, number=0, samples=4096))
    assert not FlacHeader(variable=True, number=1, samples=1).follows(FlacHeader(variable=False, number=0, samples=1))
