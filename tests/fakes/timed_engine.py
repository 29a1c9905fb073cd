"""A worker's engine that exists only as what its steps cost: hours of many rooms in a second, on a clock of its own."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wyoming_tts.workers.urgency import Urgency

FRAMES_PER_S = 86
"""Of a voice of medium quality, 256 samples each."""
TEXT_COST = 0.0044
"""Seconds of work for a second of audio before any is heard: 62 ms for 200 characters."""
FRAME_COST_S, CONTEXT_FRAMES, CALL_COST_S = 0.00037, 20, 0.003
FIRST_FRAMES, MOST_FRAMES = 24, 330
"""A window is twice the one before it, up to a step of 0.12 s."""
LENGTHS_S = (3, 4, 5, 8, 14)


@dataclass(slots=True, eq=False)
class Listener:
    """Somebody who wants so much audio; a claim, and what became of it."""

    arrived_at: float
    audio_s: float
    due_in_s: float = 0.0
    """More than nothing for a later part of what it hears already."""
    due_at: float = field(init=False)
    newcomer: bool = field(init=False)
    first_s: float | None = None
    """From arrival to first audio."""
    paused_s: float = 0.0
    waited_steps: int = 0
    """Of others, begun between its arrival and its own first one."""
    left: bool = False
    """Gone to another voice."""
    _begun: bool = False
    _window: int = FIRST_FRAMES
    _frames: int = field(init=False)

    def __post_init__(self) -> None:
        self.due_at = self.arrived_at + self.due_in_s
        self.newcomer = not self.due_in_s
        self._frames = round(self.audio_s * FRAMES_PER_S)

    @property
    def begun(self) -> bool:
        return self._begun

    @property
    def served(self) -> bool:
        return not self._frames

    def step(self) -> tuple[float, float]:
        """Return what its next step takes and brings."""
        if not self._begun:
            self._begun = True
            return TEXT_COST * self.audio_s + CALL_COST_S, 0.0
        frames = min(self._window, self._frames)
        self._window = min(2 * self._window, MOST_FRAMES)
        self._frames -= frames
        return FRAME_COST_S * (frames + CONTEXT_FRAMES) + CALL_COST_S, frames / FRAMES_PER_S

    def hear(self, audio_s: float, now: float) -> None:
        """Take the audio of a step; plays it from now, or behind what is in hand."""
        if self.first_s is None:
            self.first_s = now - self.arrived_at
        if self.newcomer:
            self.newcomer = False
        else:
            self.paused_s += max(0.0, now - self.due_at)
        self.due_at = max(self.due_at, now) + audio_s


def work_s(audio_s: float) -> float:
    """Return what so much audio costs the engine."""
    listener, took_s = Listener(0.0, audio_s), 0.0
    while not listener.served:
        took_s += listener.step()[0]
    return took_s


def rooms(load: float, seconds: float, seed: int) -> list[Listener]:
    """Return who comes at random in so many seconds, for `load` times what the engine can do."""
    chance = random.Random(seed)
    every_s = sum(map(work_s, LENGTHS_S)) / len(LENGTHS_S) / load
    found, at_s = [], 0.0
    while (at_s := at_s + chance.expovariate(1 / every_s)) < seconds:
        found.append(Listener(at_s, chance.choice(LENGTHS_S)))
    return found


def play(listeners: Iterable[Listener], urgency: Urgency, *, patience_s: float | None = None) -> Sequence[Listener]:
    """Serve them all, in the order that `urgency` says; return them, with what became of each."""
    coming = sorted(listeners, key=lambda listener: listener.arrived_at)
    everybody, now = list(coming), 0.0
    waiting: list[Listener] = []
    while coming or waiting:
        if not waiting:
            now = max(now, coming[0].arrived_at)
        while coming and coming[0].arrived_at <= now:
            waiting.append(coming.pop(0))
        chosen = urgency.first(waiting, now)
        if patience_s is not None and chosen.newcomer and now - chosen.arrived_at > patience_s:
            chosen.left = True
            waiting.remove(chosen)
            continue
        for other in waiting:
            other.waited_steps += other is not chosen and not other.begun
        took_s, audio_s = chosen.step()
        now += took_s
        urgency.stepped(took_s, audio_s)
        if audio_s:
            chosen.hear(audio_s, now)
        if chosen.served:
            waiting.remove(chosen)
    return everybody
