"""Processes that keep speech as fast as they can, each killed in the middle: `python -m tests.servers.speech_writer`.

Its argument is the data directory. Each line on its standard input is a number: a process is begun, is killed once it
has reported so many steps, and a line is answered. They are forked from this one, which has everything imported.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from itertools import count
from pathlib import Path

from tests.fakes.speech_store import DAY_S, MB, key_of, speech_cache, speech_of
from wyoming_tts.store.speech_cache import SpeechLimits

LIMITS = SpeechLimits(memory_bytes=0, disk_bytes=2 * MB, max_age_s=90 * DAY_S, enabled=True)
"""About half of what is written."""
DIFFERENT = 60


def text_of(number: int) -> str:
    return f"The code of safe {number % DIFFERENT} is nineteen eighty four."


def pcm_bytes_of(text: str) -> int:
    return 500 + 977 * len(text) * (hash_of(text) % 4)


def hash_of(text: str) -> int:
    return sum(text.encode())


async def write(data_dir: Path, report: int) -> None:
    async with speech_cache(data_dir, LIMITS) as cache, asyncio.TaskGroup() as group:
        group.create_task(cache.run())
        for number in count(os.getpid()):
            text = text_of(number)
            await cache.put(key_of(cache, text), speech_of(text, pcm_bytes=pcm_bytes_of(text)))
            os.write(report, b".")
            if number % 7 == 0:
                await cache.flush()
            elif number % 3 == 0:
                await cache.get(key_of(cache, text_of(number // 2)))


def killed_after(steps: int, data_dir: Path) -> None:
    reading, report = os.pipe()
    process = os.fork()
    if not process:
        os.close(reading)
        asyncio.run(write(data_dir, report))
    os.close(report)
    for _ in range(steps):
        os.read(reading, 1)
    os.kill(process, signal.SIGKILL)
    os.close(reading)
    _, status = os.waitpid(process, 0)
    if os.waitstatus_to_exitcode(status) != -signal.SIGKILL:
        raise RuntimeError("it ended before it was killed")


if __name__ == "__main__":
    for line in sys.stdin:
        killed_after(int(line), Path(sys.argv[1]))
        sys.stdout.write("killed\n")
        sys.stdout.flush()
