"""What an AllTalk server says about the engine that is loaded in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

NO_MODEL = "No Models Available"
"""What stands in place of a model's name where none is installed."""
WHOLE_ONLY = "apitts"
"""How the name of a model begins that XTTS loads by a way which cannot stream, whatever the engine says."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Of `GET /api/currentsettings`; what an older server does not say is not there."""

    engine: str = ""
    """`xtts`, `piper`, `vits`, `f5tts`, ..."""
    has_model: bool = True
    streams: bool = False
    has_speed: bool = False
    has_pitch: bool = False
    multilingual: bool = False
    many_voices: bool = True


def facts_of(settings: Mapping[str, Any]) -> Facts:
    """Return what matters here of the server's current settings."""
    model = settings.get("current_model_loaded", "unknown")
    named = isinstance(model, str) and model not in {"", NO_MODEL}
    engine = settings.get("current_engine_loaded")
    return Facts(
        engine=engine if isinstance(engine, str) else "",
        has_model=named,
        streams=settings.get("streaming_capable") is True and not (named and model.startswith(WHOLE_ONLY)),
        has_speed=settings.get("generationspeed_capable") is True,
        has_pitch=settings.get("pitch_capable") is True,
        multilingual=settings.get("languages_capable") is True,
        many_voices=settings.get("multivoice_capable") is not False,
    )
