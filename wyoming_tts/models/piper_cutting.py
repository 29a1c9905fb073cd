"""Voices on their way to being cut: they are spoken whole until their parts are there."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from wyoming_tts.models.vits_store import FAILED, PartsStore, Trial, Uncut
from wyoming_tts.speech.voice_file import UnusableFile, shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wyoming_tts.models.piper_voices import PiperVoiceFile, Stamp
    from wyoming_tts.models.vits_network import VitsNetwork

MOST_TOLD = 100


class Cutting:
    """Has voices cut, one after the other, beside the engine's thread."""

    def __init__(self, store: PartsStore) -> None:
        self._store = store
        self._one = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._reasons: dict[str, str] = {}
        self._waiting_lock = threading.Lock()
        self._waiting: dict[tuple[Path, Stamp], list[Callable[[VitsNetwork], None]]] = {}
        """Whom to tell of the parts of a voice that is to be cut."""

    @property
    def uncut(self) -> tuple[UnusableFile, ...]:
        """The voices that were asked for and are spoken whole, with a stable word for why."""
        return tuple(UnusableFile(name, reason) for name, reason in sorted(self._reasons.items()))[:MOST_TOLD]

    def known(self, file: PiperVoiceFile) -> VitsNetwork | None:
        """Return the voice in parts where they are on the disk."""
        self._set(file, None)
        try:
            return self._store.open(file.model)
        except Uncut as uncut:
            self._set(file, uncut.reason)
        except OSError:
            self._set(file, FAILED)  # it cannot be read, as loading it whole will tell
        return None

    def want(self, file: PiperVoiceFile, made: Callable[[VitsNetwork], None]) -> None:
        """Have the voice cut unless it is known to be impossible, and call `made` from another thread."""
        if shown(file.model.name) in self._reasons:
            return
        with self._waiting_lock:
            waiting = self._waiting.setdefault((file.model, file.stamp), [])
            waiting.append(made)
            if len(waiting) > 1:  # it is on its way already
                return
        thread = threading.Thread(target=self._cut, args=(file,), name="cutting", daemon=True)
        self._threads = [known for known in self._threads if known.is_alive()] + [thread]
        thread.start()

    def forget(self, file: PiperVoiceFile) -> None:
        """Say nothing of a file that turned out to be no voice at all."""
        self._set(file, None)

    def wait(self, timeout_s: float) -> bool:
        """Wait until nothing is being cut; return whether that came to pass."""
        for thread in self._threads:
            thread.join(timeout_s)
        return not any(thread.is_alive() for thread in self._threads)

    def _cut(self, file: PiperVoiceFile) -> None:
        network = None
        with self._one:  # each takes a core and twice the voice's memory for seconds
            try:
                trial = Trial(int(file.config["num_symbols"]), int(file.config["num_speakers"]))
                network = self._store.make(file.model, trial)
            except Uncut as uncut:
                self._set(file, uncut.reason)
            except Exception:  # noqa: BLE001 - a full disk, a runtime that fails: the voice goes on speaking whole
                self._set(file, FAILED)
        with self._waiting_lock:
            waiting = self._waiting.pop((file.model, file.stamp), [])
        if network is not None:
            for made in waiting:
                made(network)

    def _set(self, file: PiperVoiceFile, reason: str | None) -> None:
        """Replace the reasons, which the engine's thread may be reading."""
        name = shown(file.model.name)
        others = {known: why for known, why in self._reasons.items() if known != name}
        self._reasons = others | {name: reason} if reason else others
