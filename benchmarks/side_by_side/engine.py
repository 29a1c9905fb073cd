"""The bare engine in a process of its own: piper-tts as its own documentation uses it, sentence by sentence.

Reads the same lines as `caller`, without a port, and speaks one call after the other. Needs the voice's file.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from time import perf_counter

from piper import PiperVoice

from benchmarks.side_by_side.heard import Heard


def speak(voice: PiperVoice, text: str, all_began: float) -> Heard:
    """Speak a text and note when each sentence was there."""
    began = perf_counter()
    chunks = []
    for sentence in voice.synthesize(text):
        size = len(sentence.audio_int16_bytes)  # the making of the bytes is part of the work
        chunks.append((perf_counter() - began, size / sentence.sample_rate / sentence.sample_width))
    return Heard(began - all_began, tuple(chunks), perf_counter() - began)


def main() -> None:
    voice = PiperVoice.load(sys.argv[1])
    print("ready", flush=True)
    for line in sys.stdin:
        began = perf_counter()
        heard = [speak(voice, call["text"], began) for call in json.loads(line)["calls"]]
        print(json.dumps([asdict(answer) for answer in heard]), flush=True)


if __name__ == "__main__":
    main()
