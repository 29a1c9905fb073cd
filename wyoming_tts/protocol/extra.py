"""What Wyoming's event classes would drop: extra keys and private events, for our workers and others of our servers.

A plain Wyoming server ignores them, so the same client speaks to any server.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

from wyoming.event import Event

from wyoming_tts.speech.audio import Mark
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.utterance import Utterance

if TYPE_CHECKING:
    from collections.abc import Sequence

DUE_IN_S = "tts.due_in_s"
PROSODY = "tts.prosody"
SEED = "tts.seed"
VIA = "tts.via"
"""Of a request: the running servers of ours it has come through, as a list of what each calls its `tts.instance`."""
INSTANCE = "tts.instance"
"""Of `info`: a name of the running server that no other one has."""
RELAYED = "tts.relayed"
"""Of `info`: the beginnings, up to the first `/`, of the names of voices that are another such server's own."""
QUALITY, GENDER = "tts.quality", "tts.gender"
"""Of a voice in `info`: what Wyoming's own list has no room for."""
MARKS_TYPE = "tts-marks"
"""Word times of audio that follows; data `{"marks": [[offset, at_s], ...]}`."""
LOAD_TYPE = "tts-load"
"""Ask a worker to load a voice; answered by `tts-loaded` or `error`."""
LOADED_TYPE = "tts-loaded"


def synthesize_event(utterance: Utterance) -> Event:
    """Return the utterance as a `synthesize` event with our extra keys."""
    voice: dict[str, str] = {"name": utterance.voice}
    if utterance.speaker is not None:
        voice["speaker"] = utterance.speaker
    prosody = utterance.prosody
    data: dict[str, Any] = {
        "text": utterance.text,
        "voice": voice,
        DUE_IN_S: round(utterance.due_s, 3),
        PROSODY: {"speed": prosody.speed, "pitch": prosody.pitch, "volume": prosody.volume},
    }
    if utterance.seed is not None:
        data[SEED] = utterance.seed
    if utterance.via:
        data[VIA] = list(utterance.via)
    return Event("synthesize", data)


def stream_events(utterance: Utterance) -> tuple[Event, ...]:
    """Return the utterance as a text stream; with its whole text once more, as Wyoming wants for older servers."""
    whole = synthesize_event(utterance)
    manner = {key: value for key, value in whole.data.items() if key != "text"}
    chunk = Event("synthesize-chunk", {"text": utterance.text})
    return Event("synthesize-start", manner), chunk, whole, Event("synthesize-stop")


def utterance_of(event: Event) -> Utterance:
    """Return what `synthesize_event` packed; raises KeyError, TypeError or ValueError where it is not that."""
    data = event.data
    prosody = data.get(PROSODY) or {}
    return Utterance(
        text=str(data["text"]),
        voice=str(data["voice"]["name"]),
        speaker=data["voice"].get("speaker"),
        prosody=Prosody(**{key: float(value) for key, value in prosody.items()}),
        due_s=float(data.get(DUE_IN_S, 0.0)),
        seed=data.get(SEED),
    )


def marks_event(marks: Sequence[Mark]) -> Event:
    """Return word times as a private event."""
    return Event(MARKS_TYPE, {"marks": [[mark.offset, round(mark.at_s, 4)] for mark in marks]})


def marks_of(event: Event) -> tuple[Mark, ...]:
    """Return the word times of a private event; raises TypeError or ValueError where it is not one."""
    return tuple(_mark(offset, at_s) for offset, at_s in event.data.get("marks", ()))


def _mark(offset: Any, at_s: Any) -> Mark:
    try:
        mark = Mark(int(offset), float(at_s))
    except OverflowError as error:
        raise ValueError("a number too large") from error
    if not math.isfinite(mark.at_s) or abs(mark.offset) > sys.maxsize:  # longer than any text can be
        raise ValueError("a place that is none")
    return mark
