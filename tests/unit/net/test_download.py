# ruff: noqa: ASYNC240 - a test looks at a few megabytes of its own
"""Files come whole, checked, and go on where they were cut; whatever the server does there is an end to it."""

from __future__ import annotations

import asyncio
import hashlib
import random
import resource
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.fakes.hasty_clock import HastyClock
from tests.servers.voice_catalog import Fault, VoiceCatalogServer
from wyoming_tts.errors import ConfigError, ProviderError, ProviderUnavailable
from wyoming_tts.net.download import MAX_FAILURES, READ_FAILURES, Downloader
from wyoming_tts.net.public_get import open_session
from wyoming_tts.net.remote_file import RemoteFile
from wyoming_tts.net.transfer import MAX_RESTARTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

DATA = random.Random(1).randbytes(3_000_000)
NAME = "en_US-test-medium.onnx"


@pytest.fixture
async def server() -> AsyncIterator[VoiceCatalogServer]:
    async with VoiceCatalogServer() as server:
        server.files[NAME] = DATA
        yield server


@pytest.fixture
def clock() -> HastyClock:
    return HastyClock()


@pytest.fixture
def downloader(clock: HastyClock) -> Downloader:
    return Downloader("the voice catalogue", clock, partial(open_session, connect_s=5.0, read_s=0.3))


@pytest.fixture
def part(tmp_path: Path) -> Path:
    return tmp_path / f"{NAME}.part"


def remote(server: VoiceCatalogServer, data: bytes = DATA) -> RemoteFile:
    return RemoteFile(f"{server.base_url}/{NAME}", len(data), hashlib.md5(data).hexdigest())


async def test_a_file_comes_whole(server: VoiceCatalogServer, downloader: Downloader, part: Path) -> None:
    told: list[int] = []
    server.faults[NAME].append(Fault(slow=True))
    await downloader.fetch(remote(server), part, told.append)
    assert part.read_bytes() == DATA
    assert told == sorted(told)
    assert told[-1] == len(DATA)
    assert server.ranges(NAME) == [None]


async def test_it_goes_on_where_it_was_cut(server: VoiceCatalogServer, part: Path) -> None:
    kept: list[int] = []
    clock = HastyClock(lambda _: kept.append(part.stat().st_size))
    server.faults[NAME] += [Fault(cut_at=1_234_567), Fault(cut_at=1000)]
    await Downloader("the voice catalogue", clock).fetch(remote(server), part)
    assert part.read_bytes() == DATA
    assert server.ranges(NAME) == [None, *(f"bytes={size}-" for size in kept)]
    assert 1_048_576 <= kept[0] <= 1_234_567
    assert clock.slept == [1.0, 2.0]  # the first request gained a block: its failure counts as the first again


async def test_it_goes_on_in_another_process(server: VoiceCatalogServer, downloader: Downloader, part: Path) -> None:
    part.write_bytes(DATA[:1000])
    await downloader.fetch(remote(server), part)
    assert part.read_bytes() == DATA
    assert server.ranges(NAME) == ["bytes=1000-"]


async def test_what_is_whole_is_not_asked_for(server: VoiceCatalogServer, downloader: Downloader, part: Path) -> None:
    part.write_bytes(DATA)
    await downloader.fetch(remote(server), part)
    assert server.asked == []


@pytest.mark.parametrize("left", [b"x" * 1000, b"x" * len(DATA), DATA + b"x"])
async def test_damage_from_an_earlier_time_is_begun_again(
    server: VoiceCatalogServer, downloader: Downloader, part: Path, left: bytes
) -> None:
    part.write_bytes(left)
    await downloader.fetch(remote(server), part)
    assert part.read_bytes() == DATA


@pytest.mark.parametrize(
    ("fault", "asked"),
    [
        (Fault(ignore_range=True), 1),
        (Fault(content_range=f"bytes 0-{len(DATA) - 1}/{len(DATA)}"), 2),
        (Fault(content_range=f"bytes 1000-{len(DATA) - 1}/99"), 2),
        (Fault(content_range="nonsense"), 2),
        (Fault(content_range=f"bytes {'1' * 5000}-2/3"), 2),
        (Fault(body=b"z" * (len(DATA) - 1000)), 2),
        (Fault(status=416), 2),
    ],
    ids=["ignored", "other start", "other total", "nonsense", "many digits", "other bytes", "416"],
)
async def test_a_server_that_cannot_resume_is_asked_for_all(
    server: VoiceCatalogServer, downloader: Downloader, part: Path, fault: Fault, asked: int
) -> None:
    part.write_bytes(DATA[:1000])
    server.faults[NAME].append(fault)
    await downloader.fetch(remote(server), part)
    assert part.read_bytes() == DATA
    assert server.ranges(NAME) == ["bytes=1000-", None][:asked]


@pytest.mark.parametrize(
    "lie", [Fault(ignore_range=True, cut_at=2_000_000), Fault(content_range="?", cut_at=2_000_000)]
)
async def test_a_server_that_never_resumes_and_always_cuts_is_given_up(
    server: VoiceCatalogServer, downloader: Downloader, part: Path, lie: Fault
) -> None:
    server.always[NAME] = lie
    async with asyncio.timeout(20):
        with pytest.raises(ProviderUnavailable):
            await downloader.fetch(remote(server), part)
    assert len(server.asked) <= 2 * (MAX_RESTARTS + 1)


@pytest.mark.parametrize(
    "fault",
    [Fault(status=500), Fault(status=429), Fault(cut_at=0), Fault(pause_at=10), Fault(no_length=True, body=b"")],
)
async def test_a_passing_failure_is_tried_again(
    server: VoiceCatalogServer, downloader: Downloader, part: Path, fault: Fault
) -> None:
    server.faults[NAME].append(fault)
    await downloader.fetch(remote(server), part)
    assert part.read_bytes() == DATA
    assert len(server.asked) == 2


async def test_a_lasting_failure_ends(
    server: VoiceCatalogServer, downloader: Downloader, part: Path, clock: HastyClock
) -> None:
    server.always[NAME] = Fault(status=503)
    with pytest.raises(ProviderUnavailable, match="HTTP 503"):
        await downloader.fetch(remote(server), part)
    assert len(server.asked) == MAX_FAILURES
    assert clock.slept == [1.0, 2.0, 4.0, 8.0]


async def test_a_server_that_sends_a_byte_and_cuts_is_given_up(
    server: VoiceCatalogServer, downloader: Downloader, part: Path
) -> None:
    server.always[NAME] = Fault(cut_at=1)
    with pytest.raises(ProviderUnavailable):
        await downloader.fetch(remote(server), part)
    assert len(server.asked) == MAX_FAILURES
    assert part.stat().st_size <= MAX_FAILURES


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(status=404), "HTTP 404"),
        (Fault(body=b"y" * len(DATA)), "checksum"),
        (Fault(body=DATA + b"x"), "instead of"),
        (Fault(body=DATA + b"x", no_length=True), "longer"),
        (Fault(endless=True), "longer"),
        (Fault(body=b"<html>log in</html>", headers={"Content-Type": "text/html; charset=utf-8"}), "web page"),
        (Fault(headers={"Content-Encoding": "gzip"}), "compressed"),
        (Fault(status=302), "redirect"),
        (Fault(status=302, headers={"Location": "ftp://example.org/x"}), "redirect"),
        (Fault(status=302, headers={"Location": "http://user:pw@127.0.0.1/x"}), "redirect"),
        (Fault(status=302, headers={"Location": NAME}), "redirects"),
    ],
)
async def test_what_asking_again_cannot_mend_fails_at_once(
    server: VoiceCatalogServer, downloader: Downloader, part: Path, clock: HastyClock, fault: Fault, said: str
) -> None:
    server.always[NAME] = fault
    with pytest.raises(ProviderError, match=said) as caught:
        await downloader.fetch(remote(server), part)
    assert not caught.value.retryable
    assert clock.slept == []
    assert part.stat().st_size <= len(DATA)


async def test_redirects_are_followed_with_the_range_and_without_credentials(
    server: VoiceCatalogServer, downloader: Downloader, part: Path
) -> None:
    part.write_bytes(DATA[:1000])
    server.files["cdn/blob"] = DATA
    location = {"Location": f"{server.base_url}/cdn/blob?sig=a%2Fb", "Set-Cookie": "id=1"}
    server.always[NAME] = Fault(status=302, headers=location)
    await downloader.fetch(remote(server), part)
    assert part.read_bytes() == DATA
    assert server.ranges("cdn/blob") == ["bytes=1000-"]
    assert not any({"Authorization", "Cookie", "Referer"} & set(headers) for headers in server.headers_seen)


async def test_a_netrc_is_never_sent(
    server: VoiceCatalogServer, downloader: Downloader, part: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = part.with_name("netrc")
    netrc.write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    await downloader.fetch(remote(server), part)
    assert "Authorization" not in server.headers_seen[0]


async def test_a_full_disk_says_so(server: VoiceCatalogServer, downloader: Downloader, part: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, hard))  # a write past it fails as on a used-up quota
    try:
        with pytest.raises(ConfigError, match="disk is full"):
            await downloader.fetch(remote(server), part)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    await downloader.fetch(remote(server), part)
    assert part.read_bytes() == DATA


async def test_a_folder_that_cannot_be_written_says_so(
    server: VoiceCatalogServer, downloader: Downloader, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match="cannot be used"):
        await downloader.fetch(remote(server), tmp_path / "file" / "x.part")
    assert server.asked == []


async def test_a_cancel_ends_the_request_and_keeps_what_came(
    server: VoiceCatalogServer, clock: HastyClock, part: Path
) -> None:
    downloader = Downloader("the voice catalogue", clock)
    server.faults[NAME].append(Fault(pause_at=2_000_000))
    written = asyncio.Event()

    def progress(size: int) -> None:
        if size == 2_000_000:
            written.set()

    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        task = tasks.create_task(downloader.fetch(remote(server), part, progress))
        await written.wait()
        task.cancel()
    kept = part.read_bytes()
    assert len(kept) >= 1024 * 1024
    assert kept == DATA[: len(kept)]
    await downloader.fetch(remote(server), part)
    assert part.read_bytes() == DATA
    assert server.ranges(NAME) == [None, f"bytes={len(kept)}-"]


async def test_a_text_is_read_within_its_bound(server: VoiceCatalogServer, downloader: Downloader) -> None:
    url = f"{server.base_url}/{NAME}"
    assert await downloader.read(url, len(DATA)) == DATA
    with pytest.raises(ProviderError, match="over"):
        await downloader.read(url, len(DATA) - 1)
    server.faults[NAME].append(Fault(endless=True))
    with pytest.raises(ProviderError, match="over"):
        await downloader.read(url, len(DATA))


async def test_a_text_is_asked_for_again_and_then_given_up(server: VoiceCatalogServer, downloader: Downloader) -> None:
    url = f"{server.base_url}/{NAME}"
    server.faults[NAME] += [Fault(status=500), Fault(cut_at=5)]
    assert await downloader.read(url, len(DATA)) == DATA
    server.asked.clear()
    server.always[NAME] = Fault(status=500)
    with pytest.raises(ProviderUnavailable):
        await downloader.read(url, len(DATA))
    assert len(server.asked) == READ_FAILURES


async def test_nobody_there_is_unavailable(downloader: Downloader, unused_tcp_port: int) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        await downloader.read(f"http://127.0.0.1:{unused_tcp_port}/x", 10)
    assert str(caught.value).startswith("the voice catalogue is not available (x: ")


@pytest.mark.parametrize("url", ["", "voices", "ftp://host/x", "file:///etc/passwd", "https://me:pw@host/x", "http://"])
async def test_an_address_that_cannot_be_one_is_the_owners(downloader: Downloader, url: str) -> None:
    with pytest.raises(ConfigError) as caught:
        await downloader.read(url, 10)
    assert "pw" not in str(caught.value)
