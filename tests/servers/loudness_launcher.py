"""Starts the real `loudness-tts` with one Piper voice of ours: `PORT MODEL [KEY]`.

Its command line knows published voices only, so a row for the voice is added to its catalogue; all of its server is as
it comes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from loudness_tts import TTS, catalog
from loudness_tts.server import serve


def main(port: str, model: str, key: str = "") -> None:
    data = catalog._data()
    data["models"][model] = {
        "locale": "en-US",
        "quality": "low",
        "sampleRate": 16_000,
        "licence": "CC0 1.0",
        "use": "none",
        "dataset": "",
        "source": "local",
    }
    name = Path(model).stem
    data["voices"].append([name, model, None, "Tiny", "English (United States)", None, 0, 0, 0, 1, 1])
    serve("127.0.0.1", int(port), tts=TTS(name, threads=1, offline=True, timings=False), api_key=key)


if __name__ == "__main__":
    main(*sys.argv[1:])
