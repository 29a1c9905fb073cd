"""From a client's events to values that are valid, or a RequestError."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from wyoming_tts.errors import BadRequest
from wyoming_tts.protocol.extra import PROSODY, VIA
from wyoming_tts.speech.prosody import NATURAL, Prosody

if TYPE_CHECKING:
    from wyoming.event import Event

MAX_NAME_CHARS = 200
"""Of a voice, a speaker, a language; the longest real ones have some 60."""
MAX_VIA, MAX_INSTANCE_CHARS = 8, 64
"""Of the servers that a request has come through; twice what any of ours sends."""
FACTORS = frozenset({"speed", "pitch", "volume"})

MAX_FACTOR = 1e6
"""What is beyond it is no factor of speed or pitch, and an integer may have any number of digits."""


@dataclass(frozen=True, slots=True)
class VoiceChoice:
    """Who is to speak, as the client named it; all None asks for the default voice."""

    name: str | None = None
    speaker: str | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Manner:
    """What `synthesize` and `synthesize-start` have in common."""

    voice: VoiceChoice
    ssml: bool
    prosody: Prosody = NATURAL
    via: tuple[str, ...] = ()


def parse_manner(event: Event) -> Manner:
    """Return how a request is to be spoken. Raises BadRequest."""
    text_format = event.data.get("text_format")
    if text_format is not None and not isinstance(text_format, str):
        raise BadRequest("`text_format` is not a text.")
    return Manner(
        _voice(event.data.get("voice")),
        ssml=text_format == "ssml",
        prosody=_prosody(event.data.get(PROSODY)),
        via=_via(event.data.get(VIA)),
    )


def parse_text(event: Event) -> str:
    """Return the event's text, fit to be encoded: no lone surrogates, no NUL. Raises BadRequest."""
    text = event.data.get("text")
    if not isinstance(text, str):
        raise BadRequest(f"`{event.type}` needs its `text` as a text.")
    text = text.replace("\0", " ")
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _voice(voice: Any) -> VoiceChoice:
    if voice is None:
        return VoiceChoice()
    if not isinstance(voice, dict):
        raise BadRequest("`voice` is not an object.")
    return VoiceChoice(*(_name(voice, key) for key in ("name", "speaker", "language")))


def _name(voice: dict[str, Any], key: str) -> str | None:
    value = voice.get(key)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise BadRequest(f"The voice's `{key}` is not a text.")
    if len(value) > MAX_NAME_CHARS or not value.isprintable():
        raise BadRequest(f"The voice's `{key}` is not a name of at most {MAX_NAME_CHARS} printable characters.")
    return value


def _prosody(factors: Any) -> Prosody:
    """Return what another server of ours asks for; what several of them have made of it together is bounded."""
    if factors is None:
        return NATURAL
    if not isinstance(factors, dict) or not FACTORS.issuperset(factors) or not all(map(_is_factor, factors.values())):
        raise BadRequest(f"`{PROSODY}` is not factors of speed, pitch and volume.")
    return Prosody(**factors).bounded()


def _is_factor(value: Any) -> bool:
    return type(value) in {int, float} and -MAX_FACTOR < value < MAX_FACTOR  # which is false of `nan`, too


def _via(instances: Any) -> tuple[str, ...]:
    if instances is None:
        return ()
    if not isinstance(instances, list) or len(instances) > MAX_VIA or not all(map(_is_instance, instances)):
        raise BadRequest(f"`{VIA}` is not a list of at most {MAX_VIA} names.")
    return tuple(instances)


def _is_instance(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_INSTANCE_CHARS and value.isprintable()
