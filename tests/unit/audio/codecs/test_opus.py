"""Opus in Ogg, page by page."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace

import pytest

from tests.fakes.encoded_audio import encoded
from wyoming_tts.audio.codecs.damage import CutShort, Damaged
from wyoming_tts.audio.codecs.inbox import Inbox
from wyoming_tts.audio.codecs.ogg import OggPage, _checksum
from wyoming_tts.audio.codecs.opus import MAX_PACKET_BYTES, OpusCodec

SILENCE = b"\xf8\xff\xfe"
"""A packet of 20 ms."""
SKIP = 312


def head(*, magic: bytes = b"OpusHead", version: int = 1, channels: int = 1, family: int = 0) -> bytes:
    return magic + struct.pack("<BBHIhB", version, channels, SKIP, 48_000, 0, family)


@dataclass(frozen=True)
class Page:
    body: bytes
    lacing: bytes
    flags: int = 0
    position: int = 0
    serial: int = 7

    @property
    def data(self) -> bytes:
        start = struct.pack("<4sBBqII", b"OggS", 0, self.flags, self.position, self.serial, 0)
        end = bytes([len(self.lacing)]) + self.lacing + self.body
        return start + struct.pack("<I", _checksum(start + bytes(4) + end)) + end


def page(*packets: bytes, flags: int = 0, position: int = 0) -> Page:
    lacing = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    return Page(b"".join(packets), lacing, flags, position)


HEADERS = [page(head(), flags=2), page(b"OpusTags")]


def heard(*pages: Page, rest: bytes = b"") -> int:
    """Return how many samples of these pages are heard."""
    inbox, codec = Inbox(), OpusCodec()
    inbox.put(b"".join(page.data for page in pages) + rest)
    inbox.ended = True
    size = 0
    while (pcm := codec.step(inbox)) is not None:
        size += len(pcm)
    codec.end(inbox)
    return size // 2


def test_a_real_encoders_checksums_are_ours() -> None:
    inbox = Inbox()
    inbox.put(encoded()["opus"].data)
    pages = []
    while taken := OggPage.take(inbox):
        pages.append(taken)
    assert (pages[0].first, pages[-1].last, len(inbox)) == (True, True, 0)
    assert pages[0].packets[0].startswith(b"OpusHead")


def test_what_the_head_says_is_skipped() -> None:
    assert heard(*HEADERS, page(SILENCE, SILENCE, position=1920)) == 1920 - SKIP


@pytest.mark.parametrize(("position", "expected"), [(SKIP + 1000, 1000), (SKIP + 5000, 1920 - SKIP), (0, 1920 - SKIP)])
def test_the_last_page_says_where_the_sound_ends(position: int, expected: int) -> None:
    assert heard(*HEADERS, page(SILENCE, SILENCE, flags=4, position=position)) == expected


def test_a_packet_may_go_on_in_the_next_page() -> None:
    long = SILENCE.ljust(510, b"\0")
    parts = [Page(long[:255], b"\xff"), Page(long[255:], b"\xff\0", flags=1)]
    assert heard(*HEADERS, *parts, page(SILENCE)) == heard(*HEADERS, page(long, SILENCE)) == 1920 - SKIP


def test_a_comment_may_be_long() -> None:
    tags = [Page(b"OpusTags".ljust(255 * 255, b"x"), b"\xff" * 255)]
    tags += [Page(bytes(255 * 255), b"\xff" * 255, flags=1), Page(b"", b"\0", flags=1)]
    assert heard(HEADERS[0], *tags, page(SILENCE)) == 960 - SKIP


def test_streams_in_a_row_are_heard() -> None:
    assert heard(*HEADERS, page(SILENCE), *HEADERS, page(SILENCE)) == 2 * (960 - SKIP)


def test_an_empty_packet_is_no_end() -> None:
    assert heard(*HEADERS, page(b"", SILENCE, b"", SILENCE)) == 1920 - SKIP


@pytest.mark.parametrize(
    "pages",
    [
        [page(head(magic=b"OpusHeat"), flags=2)],
        [page(head(version=16), flags=2)],
        [page(head(channels=3), flags=2)],
        [page(head(channels=0), flags=2)],
        [page(head(family=1), flags=2)],
        [Page(b"", b"", flags=2)],
        [page(SILENCE)],
        [*HEADERS, replace(page(SILENCE), serial=8)],
        [*HEADERS, page(bytes(MAX_PACKET_BYTES + 1))],
        [],
    ],
)
def test_what_is_no_such_stream_is_damage(pages: list[Page]) -> None:
    with pytest.raises(Damaged):
        heard(*pages)


def test_a_wrong_checksum_is_damage() -> None:
    good = page(SILENCE).data
    with pytest.raises(Damaged, match="checksum"):
        heard(*HEADERS, rest=good[:-1] + b"\0")


@pytest.mark.parametrize("rest", [b"Ogg", page(SILENCE).data[:-1], Page(bytes(255), b"\xff").data])
def test_half_a_page_or_packet_is_a_cut(rest: bytes) -> None:
    with pytest.raises(CutShort):
        heard(*HEADERS, page(SILENCE), rest=rest)
