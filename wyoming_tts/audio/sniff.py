"""What a stream of bytes is, by the bytes themselves: what a server says about them is often wrong."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, TypeVar

from wyoming_tts.audio.codecs import adts_header, mpeg_header, tag
from wyoming_tts.audio.codecs.adts_header import AdtsHeader
from wyoming_tts.audio.codecs.mpeg_header import MpegHeader
from wyoming_tts.audio.disguise import TEXT_BYTES, is_text

if TYPE_CHECKING:
    from collections.abc import Callable

H = TypeVar("H", MpegHeader, AdtsHeader)


class Content(Enum):
    """Kinds of bodies."""

    WAV = auto()
    MP3 = auto()
    AAC = auto()
    OGG = auto()
    FLAC = auto()
    TAG = auto()
    """In front of something else."""
    TEXT = auto()
    OTHER = auto()
    """A container that is not decoded here."""
    PLAIN = auto()
    """Nothing that has a beginning of its own: raw samples, or noise."""


_MAGIC = {
    b"RIFF": Content.WAV,
    b"RF64": Content.WAV,
    b"OggS": Content.OGG,
    b"fLaC": Content.FLAC,
    b"ID3": Content.TAG,
    b"RIFX": Content.OTHER,
    b"FORM": Content.OTHER,
    b"\x1a\x45\xdf\xa3": Content.OTHER,  # WebM
}


def sniff(head: bytes, *, ended: bool) -> Content | None:
    """Return what begins with `head`, None where more is needed to tell; `ended` where no more will come.

    More than two frames of MP3 or AAC are never needed, which is 9 kB.
    """
    for magic, content in _MAGIC.items():
        if head.startswith(magic):
            return _confirmed(head, content, ended=ended)
        if magic.startswith(head) and not ended:
            return None
    if head[4:8] == b"ftyp":
        return Content.OTHER
    return _framed(head, ended=ended) if head.startswith(b"\xff") else _plain(head, ended=ended)


def _confirmed(head: bytes, content: Content, *, ended: bool) -> Content | None:
    """Return the content, once what looks like a tag is known to be one."""
    if content is not Content.TAG:
        return content
    if len(head) < tag.HEAD_BYTES and not ended:
        return None
    return Content.PLAIN if tag.tag_bytes(head) is None else Content.TAG


def _plain(head: bytes, *, ended: bool) -> Content | None:
    if len(head) >= TEXT_BYTES:
        return Content.TEXT if is_text(head[:TEXT_BYTES]) else Content.PLAIN
    if not is_text(head, distinct=1):
        return Content.PLAIN
    return Content.TEXT if ended else None


def _framed(head: bytes, *, ended: bool) -> Content | None:
    """Return what two frames in a row begin with: one header may stand in raw samples by chance."""
    mp3 = _is_framed(head, MpegHeader.parse, mpeg_header.HEADER_BYTES, ended=ended)
    aac = _is_framed(head, AdtsHeader.parse, adts_header.HEADER_BYTES, ended=ended)
    if mp3 or aac:
        return Content.MP3 if mp3 else Content.AAC
    return None if None in {mp3, aac} else Content.PLAIN


def _is_framed(head: bytes, parse: Callable[[bytes], H | None], header_bytes: int, *, ended: bool) -> bool | None:
    first = parse(head)
    if first is None:
        return None if len(head) < header_bytes and not ended else False
    after = head[first.frame_bytes : first.frame_bytes + header_bytes]
    if len(after) < header_bytes:
        return False if ended else None
    following = parse(after)
    return following is not None and following.goes_with(first)
