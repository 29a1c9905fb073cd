"""A body as a stream of audio."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.fakes.encoded_audio import RATE_HZ, encoded, tone, wav
from wyoming_tts.audio.decode import Decoder
from wyoming_tts.audio.decoded import PCM_AT_ONCE_BYTES, STEPS_AT_ONCE, decoded
from wyoming_tts.errors import BadAudio, NoAudio, ProviderUnavailable, SpeechCutOff
from wyoming_tts.speech.audio import AudioFormat

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence


ROOT = Path(__file__).parents[3]


class Body:
    """Pieces that are there at once, then an end or a failure."""

    def __init__(self, pieces: Sequence[bytes], failure: Exception | None = None) -> None:
        self._pieces = list(pieces)
        self._failure = failure
        self.taken = 0

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self

    async def __anext__(self) -> bytes:
        if not self._pieces:
            raise self._failure or StopAsyncIteration
        self.taken += 1
        return self._pieces.pop(0)


async def heard(body: Body, decoder: Decoder | None = None) -> list[bytes]:
    stream = await decoded(body, decoder or Decoder("cloud"))
    return [chunk.pcm async for chunk in stream.chunks]


def in_pieces(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("name", ["wav", "wav, FLOAT", "mp3", "opus", "flac", "aac"])
@pytest.mark.parametrize("size", [100, 1_000_000])
async def test_all_of_it_is_heard_in_whole_frames(name: str, size: int) -> None:
    data = encoded()[name].data
    decoder = Decoder("cloud")
    chunks = await heard(Body(in_pieces(data, size)), decoder)
    whole = Decoder("cloud")
    assert b"".join(chunks) == whole.feed(data) + whole.end()
    assert [len(chunk) for chunk in chunks if not chunk or len(chunk) % 2] == []


async def test_it_returns_as_soon_as_the_format_is_known() -> None:
    data = wav(tone())
    body = Body([data[:44], data[44:]])
    stream = await decoded(body, Decoder("cloud"))
    assert (stream.format, body.taken) == (AudioFormat(RATE_HZ), 1)


async def test_the_loop_has_its_turn_between_portions_of_a_large_piece() -> None:
    mp3 = encoded()["mp3"].data
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count())
    chunks = await heard(Body([mp3 * 10]))
    counting.cancel()
    assert turns >= len(chunks) - 1
    assert max(map(len, chunks)) <= max(PCM_AT_ONCE_BYTES, STEPS_AT_ONCE * 576 * 2)


async def test_what_came_before_a_failure_of_the_content_is_heard_first() -> None:
    flac = encoded()["flac"].data
    damaged = flac[:-3000] + bytes(100) + flac[-2900:]
    stream = await decoded(Body([damaged]), Decoder("cloud"))
    heard_bytes = 0
    with pytest.raises(BadAudio):
        async for chunk in stream.chunks:
            heard_bytes += len(chunk.pcm)
    assert heard_bytes > len(tone()) // 4
    with pytest.raises(BadAudio):
        await anext(stream.chunks)


async def test_a_short_body_is_cut_off_after_what_came() -> None:
    stream = await decoded(Body([wav(tone())[:1044]]), Decoder("cloud"))
    assert len((await anext(stream.chunks)).pcm) == 1000
    with pytest.raises(SpeechCutOff):
        await anext(stream.chunks)


@pytest.mark.parametrize(("pieces", "error"), [([], NoAudio), ([b""], NoAudio), ([b'{"error": "no"}'], BadAudio)])
async def test_what_is_no_audio_fails_before_there_is_a_stream(pieces: list[bytes], error: type[BadAudio]) -> None:
    with pytest.raises(error):
        await decoded(Body(pieces), Decoder("cloud", pcm=AudioFormat(RATE_HZ)))


@pytest.mark.parametrize("pieces", [[], [wav(tone())[:44]]])
async def test_a_failure_of_the_body_before_any_audio_passes(pieces: list[bytes]) -> None:
    with pytest.raises(ProviderUnavailable, match="gone"):
        await heard(Body(pieces, ProviderUnavailable("gone", provider="cloud")))


async def test_a_failure_of_the_body_after_audio_is_a_cut() -> None:
    gone = ProviderUnavailable("gone", provider="cloud")
    with pytest.raises(SpeechCutOff, match="gone") as caught:
        await heard(Body([wav(tone())], gone))
    assert caught.value.__cause__ is gone


async def test_bad_audio_of_the_body_stays_what_it_is() -> None:
    with pytest.raises(BadAudio):
        await heard(Body([wav(tone())], BadAudio("rewording", provider="cloud")))


FIRST_MP3 = """
import asyncio, sys, threading
from wyoming_tts.audio.decode import Decoder
from wyoming_tts.audio.decoded import decoded

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name == "av":
            print(threading.current_thread() is threading.main_thread())

class Body:
    async def __anext__(self):
        return sys.stdin.buffer.read()

sys.meta_path.insert(0, Watch())
asyncio.run(decoded(Body(), Decoder("cloud")))
"""


def test_the_library_is_imported_beside_the_loop() -> None:
    command = [sys.executable, "-c", FIRST_MP3]
    data = encoded()["mp3"].data
    result = subprocess.run(command, cwd=ROOT, input=data, capture_output=True, check=True)
    assert result.stdout.split() == [b"False"]


async def test_the_end_stays_the_end() -> None:
    stream = await decoded(Body([wav(tone())]), Decoder("cloud"))
    assert [chunk async for chunk in stream.chunks]
    assert [chunk async for chunk in stream.chunks] == []
