"""Which adapter speaks for one provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wyoming_tts.adapters.remote.openai.adapter import OpenAiAdapter
from wyoming_tts.adapters.remote.openai.realtime_adapter import RealtimeAdapter

if TYPE_CHECKING:
    from wyoming_tts.adapters.context import AdapterContext
    from wyoming_tts.adapters.remote.openai.settings import OpenAiSettings


def build(name: str, settings: OpenAiSettings, context: AdapterContext) -> OpenAiAdapter:
    """Return the adapter; opens nothing."""
    made = RealtimeAdapter if settings.mode == "realtime" else OpenAiAdapter
    return made(name, settings, context)
