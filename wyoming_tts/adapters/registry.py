"""Every type of provider by its word in the settings."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING

from wyoming_tts.adapters.local import command, espeak, piper
from wyoming_tts.adapters.local.command import CommandSettings
from wyoming_tts.adapters.local.espeak import EspeakSettings
from wyoming_tts.adapters.local.piper import PiperSettings
from wyoming_tts.adapters.remote.alltalk.settings import AllTalkSettings
from wyoming_tts.adapters.remote.elevenlabs.settings import ElevenLabsSettings
from wyoming_tts.adapters.remote.openai.settings import OpenAiSettings
from wyoming_tts.adapters.remote.wyoming import adapter as wyoming
from wyoming_tts.adapters.remote.wyoming.settings import WyomingSettings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wyoming_tts.adapters.base import Adapter
    from wyoming_tts.adapters.context import AdapterContext
    from wyoming_tts.settings.provider import ProviderSettings

PROVIDER_TYPES: Mapping[str, type[ProviderSettings]] = MappingProxyType(
    {
        "alltalk": AllTalkSettings,
        "command": CommandSettings,
        "elevenlabs": ElevenLabsSettings,
        "espeak": EspeakSettings,
        "openai": OpenAiSettings,
        "piper": PiperSettings,
        "wyoming": WyomingSettings,
    }
)
"""What the settings may say; importing them needs none of the extras."""

BEHIND_HTTP: Mapping[type[ProviderSettings], str] = MappingProxyType(
    {
        AllTalkSettings: "alltalk.adapter",
        ElevenLabsSettings: "elevenlabs.adapter",
        OpenAiSettings: "openai.build",
    }
)
"""Modules of `adapters.remote`, imported when such a provider is built: what sends HTTP takes 0.15 s to import."""

DEFAULT_PROVIDERS: Mapping[str, Mapping[str, object]] = MappingProxyType(
    {
        "piper": MappingProxyType({"type": "piper"}),
        "espeak": MappingProxyType({"type": "espeak"}),
    }
)
"""The providers of a house whose owner names none, the better one first."""


def build(name: str, settings: ProviderSettings, context: AdapterContext) -> Adapter:
    """Return the adapter for one provider; opens nothing. Raises TypeError for settings of no known type."""
    match settings:
        case CommandSettings():
            return command.build(name, settings, context)
        case EspeakSettings():
            return espeak.build(name, settings, context)
        case PiperSettings():
            return piper.build(name, settings, context)
        case WyomingSettings():
            return wyoming.build(name, settings, context)
    if (module := BEHIND_HTTP.get(type(settings))) is not None:
        adapter: Adapter = import_module(f"wyoming_tts.adapters.remote.{module}").build(name, settings, context)
        return adapter
    raise TypeError(f"no adapter for {type(settings).__name__}")
