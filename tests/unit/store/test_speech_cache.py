"""The two tiers of kept speech: what they return, for how long, in how much room, and what goes wrong with disks."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tests.fakes.clock import settle
from tests.fakes.noted_threads import NotedThreads
from tests.fakes.speech_store import DAY_S, DISK_ONLY, MB, PLENTY, WallClock, key_of, speech_cache, speech_of
from wyoming_tts.speech.audio import Mark
from wyoming_tts.speech.prosody import NATURAL, Prosody
from wyoming_tts.store.database import Database
from wyoming_tts.store.speech_cache import NOTHING_KEPT, SpeechCache
from wyoming_tts.store.speech_disk import MAX_WAITING_BYTES, SpeechDisk
from wyoming_tts.store.speech_files import SpeechFiles
from wyoming_tts.store.speech_memory import Made
from wyoming_tts.store.store import SPEECH_FOLDER

if TYPE_CHECKING:
    from pathlib import Path

    from wyoming_tts.store.stored_speech import StoredSpeech


async def filled(cache: SpeechCache, *texts: str, pcm_bytes: int = 2000) -> None:
    for text in texts:
        await cache.put(key_of(cache, text), speech_of(text, pcm_bytes=pcm_bytes))


async def found(cache: SpeechCache, *texts: str, pcm_bytes: int = 2000) -> list[str]:
    """Return which texts are a hit; each must be its own speech."""
    hits = []
    for text in texts:
        speech = await cache.get(key_of(cache, text))
        assert speech in (None, speech_of(text, pcm_bytes=pcm_bytes))
        if speech is not None:
            hits.append(text)
    return hits


def contents(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def files(data_dir: Path) -> list[Path]:
    return sorted((data_dir / SPEECH_FOLDER).glob("*.speech"))


def loop_threads() -> NotedThreads:
    threads = NotedThreads()
    asyncio.get_running_loop().set_default_executor(threads)
    return threads


async def test_what_is_in_memory_is_there_at_once_and_without_a_thread(tmp_path: Path) -> None:
    async with speech_cache(tmp_path) as cache:
        key = key_of(cache, "Hello.")
        assert not cache.has(key)
        await filled(cache, "Hello.")
        assert cache.has(key)
        threads = loop_threads()
        with pytest.raises(StopIteration) as returned:
            cache.get(key).send(None)  # which returns, and waits for nothing
        assert returned.value.value == speech_of("Hello.")
        assert threads.noted == []
        assert (cache.counts.hits, cache.counts.misses) == (1, 0)


async def test_after_a_restart_it_comes_from_the_disk_and_then_from_memory(tmp_path: Path) -> None:
    async with speech_cache(tmp_path) as cache:
        await filled(cache, "Hello.", "Good bye.")
    async with speech_cache(tmp_path) as cache:
        assert cache.has(key_of(cache, "Hello."))
        assert cache.counts.memory_bytes == 0
        threads = loop_threads()
        assert await found(cache, "Hello.", "Hello.", "What?") == ["Hello.", "Hello."]
        assert threads.noted == ["read"]
        assert (cache.counts.hits, cache.counts.misses, cache.counts.entries) == (2, 1, 2)


async def test_the_key_tells_all_that_decides_how_a_text_sounds(tmp_path: Path) -> None:
    async with speech_cache(tmp_path) as cache:
        ways = [
            ("a", "1", "anna", None, NATURAL, "en", "Hello."),
            ("b", "1", "anna", None, NATURAL, "en", "Hello."),
            ("a", "2", "anna", None, NATURAL, "en", "Hello."),
            ("a", "1", "ben", None, NATURAL, "en", "Hello."),
            ("a", "1", "anna", "", NATURAL, "en", "Hello."),
            ("a", "1", "anna", "calm", NATURAL, "en", "Hello."),
            ("a", "1", "anna", None, Prosody(1.1), "en", "Hello."),
            ("a", "1", "anna", None, Prosody(1.0, 1.1), "en", "Hello."),
            ("a", "1", "anna", None, Prosody(1.0, 1.0, 1.1), "en", "Hello."),
            ("a", "1", "anna", None, NATURAL, "de", "Hello."),
            ("a", "1", "anna", None, NATURAL, "en", "Hello!"),
            ("a", "1", "an", None, NATURAL, "en", "naHello."),
            ("a", "11", ":anna", None, NATURAL, "en", "Hello."),
        ]
        keys = {cache.key(*way) for way in ways}
        assert len(keys) == len(ways)
        assert all(len(key) == 32 for key in keys)
        assert cache.key(*ways[0]) == cache.key("a", "1", "anna", None, Prosody(1.00001), "en", "Hello.")


async def test_two_houses_have_different_keys_for_the_same_text(tmp_path: Path) -> None:
    async with speech_cache(tmp_path / "one") as one, speech_cache(tmp_path / "two") as two:
        assert key_of(one, "Hello.") != key_of(two, "Hello.")


async def test_after_its_days_it_is_a_miss_and_its_file_goes(tmp_path: Path) -> None:
    now = WallClock()
    async with speech_cache(tmp_path, now=now) as cache:
        await filled(cache, "Hello.")
        now.at += 89 * DAY_S
        await filled(cache, "Later.")
        assert await found(cache, "Hello.") == ["Hello."]
        now.at += 1 * DAY_S
        assert not cache.has(key_of(cache, "Hello."))
        assert await found(cache, "Hello.", "Later.") == ["Later."]
        await cache.flush()
        assert len(files(tmp_path)) == 2
        await cache.tidy()
        assert len(files(tmp_path)) == cache.counts.entries == 1
    async with speech_cache(tmp_path, now=now) as cache:
        assert await found(cache, "Hello.", "Later.") == ["Later."]


async def test_the_disk_never_holds_more_than_it_may_and_loses_what_was_not_heard(tmp_path: Path) -> None:
    limits = replace(DISK_ONLY, disk_bytes=10 * 4096)
    now = WallClock()
    async with speech_cache(tmp_path, limits, now) as cache:
        for number in range(40):
            now.at += 1
            await filled(cache, str(number))
            assert await found(cache, "0") == ["0"], "heard all the time"
            await cache.flush()
            assert len(files(tmp_path)) == cache.counts.disk_bytes // 4096 == min(number + 1, 10)
    async with speech_cache(tmp_path, limits, now) as cache:
        await filled(cache, "new")
        await cache.flush()
        texts = [str(number) for number in range(40)]
        assert await found(cache, *texts) == ["0", *texts[32:]], "the order of hearing is remembered over a restart"


async def test_a_speech_that_is_too_long_drives_nobody_out(tmp_path: Path) -> None:
    limits = replace(PLENTY, memory_bytes=40_000, disk_bytes=40_960)
    async with speech_cache(tmp_path, limits) as cache:
        await filled(cache, "a", "b", "c")
        await filled(cache, "long", pcm_bytes=20_000)
        await cache.flush()
        assert await found(cache, "a", "b", "c", "long") == ["a", "b", "c"]
        await filled(cache, "nothing", pcm_bytes=0)
        assert await found(cache, "nothing") == []


async def test_what_is_pinned_outlives_size_and_age_also_over_a_restart(tmp_path: Path) -> None:
    limits, now = replace(PLENTY, disk_bytes=10 * 4096, memory_bytes=0), WallClock()
    async with speech_cache(tmp_path, limits, now) as cache:
        await filled(cache, "phrase")
        cache.pin([key_of(cache, "phrase")])
        await filled(cache, *map(str, range(20)))
        await cache.flush()
        assert len(files(tmp_path)) == 10
    now.at += 1000 * DAY_S
    async with speech_cache(tmp_path, limits, now) as cache:
        await cache.tidy()
        assert len(files(tmp_path)) == 1
        assert await found(cache, "phrase", "19") == ["phrase"]
        cache.pin([])
        assert await found(cache, "phrase") == []
        await cache.tidy()
        assert files(tmp_path) == []


async def test_what_is_pinned_takes_no_more_than_the_disk_may_hold(tmp_path: Path) -> None:
    async with speech_cache(tmp_path, replace(DISK_ONLY, disk_bytes=10 * 4096)) as cache:
        texts = [str(number) for number in range(20)]
        cache.pin([key_of(cache, text) for text in texts])
        await filled(cache, *texts)
        await cache.flush()
        assert len(files(tmp_path)) == 10
        assert await found(cache, *texts) == texts[:10]


async def test_without_a_disk_it_is_kept_in_memory_and_pins_stay_there(tmp_path: Path) -> None:
    async with speech_cache(tmp_path) as cache:
        await filled(cache, "before")
    limits = replace(PLENTY, memory_bytes=10_000, disk_bytes=0)
    async with speech_cache(tmp_path, limits) as cache:
        await cache._disk.sweep()
        assert files(tmp_path) == []
        await filled(cache, "phrase")
        cache.pin([key_of(cache, "phrase")])
        await filled(cache, *"abcdefgh")
        await cache.flush()
        assert files(tmp_path) == []
        assert await found(cache, "phrase", *"abcdefgh") == ["phrase", *"fgh"]


@pytest.mark.parametrize("pinned", [True, False])
async def test_without_any_room_what_is_there_goes(tmp_path: Path, *, pinned: bool) -> None:
    for limits in (replace(PLENTY, memory_bytes=0, disk_bytes=0), replace(PLENTY, disk_bytes=0)):
        async with speech_cache(tmp_path) as cache:
            await filled(cache, "Hello.")
            cache.pin([key_of(cache, "Hello.")] if pinned else [])
            await cache.tidy()
        assert len(files(tmp_path)) == 1
        async with speech_cache(tmp_path, limits) as cache:
            running = asyncio.create_task(cache.run())
            while files(tmp_path):  # noqa: ASYNC110 - a thread deletes them, and tells nobody
                await asyncio.sleep(0.01)
            running.cancel()
            await asyncio.wait([running])
        assert not files(tmp_path)


async def test_switched_off_it_keeps_nothing_and_leaves_what_is_there(tmp_path: Path) -> None:
    async with speech_cache(tmp_path) as cache:
        await filled(cache, "Hello.")
    for limits in (NOTHING_KEPT, replace(PLENTY, enabled=False)):
        async with speech_cache(tmp_path, limits) as cache:
            assert not cache.enabled
            await filled(cache, "Other.")
            await cache.run()
            await cache.tidy()
            assert await found(cache, "Hello.", "Other.") == []
        assert len(files(tmp_path)) == 1


async def test_any_damage_is_a_miss_and_the_file_goes(tmp_path: Path) -> None:
    async with speech_cache(tmp_path, DISK_ONLY) as cache:
        for damage in ("cut", "flip", "swap", "gone"):
            await filled(cache, "one", "two")
            await cache.flush()
            one, two = (tmp_path / SPEECH_FOLDER / f"{key_of(cache, text).hex()}.speech" for text in ("one", "two"))
            raw = one.read_bytes()
            if damage == "swap":
                one.write_bytes(two.read_bytes())
            elif damage == "gone":
                one.unlink()
            else:
                one.write_bytes(raw[:-1] if damage == "cut" else raw[:-1] + bytes([raw[-1] ^ 1]))
            assert await found(cache, "one", "two") == ["two"]
            assert not cache.has(key_of(cache, "one"))
            assert not one.exists()


async def test_files_that_no_index_knows_are_found_and_rows_without_a_file_forgotten(tmp_path: Path) -> None:
    async with speech_cache(tmp_path) as cache:
        await filled(cache, "one", "two")
    files(tmp_path)[0].unlink()
    (tmp_path / "wyoming-tts.sqlite").rename(tmp_path / "aside")
    async with speech_cache(tmp_path) as cache:
        assert await found(cache, "one", "two") == []
        await cache._disk.sweep()
        assert len(await found(cache, "one", "two")) == 1
    files(tmp_path)[0].unlink()
    async with speech_cache(tmp_path) as cache:
        assert cache.counts.entries == 1
        await cache._disk.sweep()
        assert (cache.counts.entries, cache.counts.disk_bytes) == (0, 0)


async def test_two_servers_in_one_folder_are_in_nobody_s_way(tmp_path: Path) -> None:
    limits = replace(DISK_ONLY, disk_bytes=20 * 4096)
    async with speech_cache(tmp_path, limits) as one, speech_cache(tmp_path, limits) as two:
        for number in range(30):
            await asyncio.gather(filled(one, str(number)), filled(two, str(number), f"{number} too"))
            await asyncio.gather(one.flush(), two.flush())
            await asyncio.gather(found(one, str(number), str(number - 10)), found(two, str(number)))
        assert one.problem == two.problem == ""
    async with speech_cache(tmp_path, limits) as three:
        await three._disk.sweep()
        assert len(files(tmp_path)) <= 20
        assert await found(three, *map(str, range(30))) != []


async def test_a_disk_that_refuses_costs_the_disk_only_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("in the way")
    async with speech_cache(tmp_path) as cache:
        await filled(cache, "Hello.")
        await cache.flush()
        assert "cannot be kept on the disk (" in cache.problem
        assert await found(cache, "Hello.") == ["Hello."]
        (tmp_path / "cache").unlink()
        await filled(cache, "Hello.")
        await cache.flush()
        assert cache.problem == ""
        assert len(files(tmp_path)) == 1


async def test_the_writer_keeps_what_comes(tmp_path: Path) -> None:
    async with speech_cache(tmp_path) as cache:
        writing = asyncio.create_task(cache.run())
        for text in ("one", "two"):
            await settled(cache)
            await filled(cache, text)
            await settled(cache)
            assert cache._disk.index.get(key_of(cache, text)) is not None
        writing.cancel()
        await asyncio.wait([writing])
        await filled(cache, "three")
    async with speech_cache(tmp_path) as cache:
        assert await found(cache, "one", "two", "three") == ["one", "two", "three"]


async def settled(cache: SpeechCache) -> None:
    """Let the writer begin, and wait until it has done what it began."""
    await settle()
    async with cache._disk._one_at_a_time:
        pass
    await settle()


class StuckFiles(SpeechFiles):
    """A disk that does not answer until it is let go."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.go_on = threading.Event()
        self.asked = 0

    def read(self, key: bytes) -> StoredSpeech | None:
        self.asked += 1
        self.go_on.wait(10)
        return super().read(key)


async def test_a_stuck_disk_is_waited_for_once_and_not_for_long(tmp_path: Path) -> None:
    database = Database(None)
    stuck = StuckFiles(tmp_path)
    disk = SpeechDisk(stuck, database, max_bytes=MB, now=WallClock(), patience_s=0.01)
    key = bytes(32)
    disk.put(key, Made(speech_of("Hello."), 0.0))
    await database.open()
    await disk._write(dict(disk._waiting))
    try:
        assert await disk.get(key) is None
        assert await disk.get(key) is None
        assert stuck.asked == 1
        assert disk.made_at(key) is not None, "it is no fault of the file's"
        stuck.go_on.set()
        reading = disk._reading
        assert reading is not None
        await reading
        made = await disk.get(key)
        assert made is not None
        assert made.speech == speech_of("Hello.")
    finally:
        stuck.go_on.set()
        await database.aclose()


async def test_what_waits_for_a_slow_disk_is_bounded(tmp_path: Path) -> None:
    disk = SpeechDisk(SpeechFiles(tmp_path), Database(None), max_bytes=1000 * MB, now=WallClock())
    large = Made(speech_of("x", pcm_bytes=15 * MB), 0.0)
    for number in range(10):
        disk.put(bytes([number]) * 32, large)
    assert disk._waiting_bytes <= MAX_WAITING_BYTES
    assert len(disk._waiting) == 4
    disk.put(bytes(32), large)
    assert disk._waiting_bytes <= MAX_WAITING_BYTES


async def test_nothing_of_the_text_is_in_any_file(tmp_path: Path) -> None:
    text = "nineteen eighty four"
    async with speech_cache(tmp_path) as cache:
        await filled(cache, text)
        await cache.flush()
        while_open = contents(tmp_path)
    after = contents(tmp_path)
    assert len(while_open) > 3
    for raw in while_open + after:
        assert b"nineteen" not in raw
        assert "nineteen".encode("utf-16-le") not in raw
        assert b"anna" not in raw


async def test_a_folder_that_others_may_read_is_closed_to_them(tmp_path: Path) -> None:
    folder = tmp_path / SPEECH_FOLDER
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    async with speech_cache(tmp_path) as cache:
        await cache._disk.sweep()
    assert folder.stat().st_mode & 0o777 == 0o700


async def test_a_mark_that_no_file_has_room_for_does_not_end_the_keeping(tmp_path: Path) -> None:
    async with speech_cache(tmp_path) as cache:
        odd = replace(speech_of("odd"), marks=(Mark(-1, 0.0),))
        await cache.put(key_of(cache, "odd"), odd)
        await cache.flush()
        await filled(cache, "even")
        await cache.flush()
        assert len(files(tmp_path)) == 1
