"""What the owner may say about a server that speaks OpenAI's way."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator

from wyoming_tts.adapters.remote.http_settings import HttpAddress, HttpProviderSettings
from wyoming_tts.adapters.remote.openai.preset import Preset
from wyoming_tts.adapters.remote.openai.presets import PRESETS, PresetName
from wyoming_tts.adapters.remote.openai.voice_settings import VoiceEntry
from wyoming_tts.net.endpoint import is_at_home
from wyoming_tts.settings.section import Count, LanguageTag

ResponseFormat = Literal["wav", "pcm", "mp3", "opus", "aac", "flac"]
OURS = frozenset({"input", "voice", "model", "response_format", "speed", "instructions"})
"""Keys of a request that have a setting of their own, or none."""


def _with_path(address: str) -> str:
    return address if urlsplit(address).path else f"{address}/v1"


def _key(key: SecretStr) -> SecretStr:
    text = key.get_secret_value().strip()
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("must be one word of ordinary letters, figures and signs")
    return SecretStr(text)


class OpenAiSettings(HttpProviderSettings):
    """Any server with OpenAI's speech API (`/v1/audio/speech`): OpenAI itself, or one in your house."""

    type: Literal["openai"] = "openai"
    """Which kind of engine this is."""
    preset: PresetName = "compatible"
    """Which server it is, if it is one of these; whatever you write yourself goes before what the preset says."""
    mode: Literal["speech", "realtime"] = "speech"
    """`realtime` is experimental: a conversing model is told to read aloud (`/v1/realtime`), and what it says is
    compared with the text; where it says something else, the next voice of the chain speaks."""
    base_url: Annotated[HttpAddress, AfterValidator(_with_path)] = ""
    """The address of the server; without a path `/v1` is put behind it. Every preset but `compatible` has one."""
    api_key: Annotated[SecretStr, AfterValidator(_key)] | None = None
    """The key, for a server that wants one; best as `!secret NAME` or `!env NAME`."""
    model: str | None = None
    """The model that speaks; leave it out for what the preset says."""
    voices: tuple[VoiceEntry, ...] = ()
    """The voices: names, or objects with `name` and more. Leave it out for all that the server lists."""
    response_format: ResponseFormat = "wav"
    """What the audio is sent as; some presets have another. WAV and raw PCM can be heard soonest."""
    rate: Annotated[Count, Field(ge=8_000, le=192_000)] = 24_000
    """Samples per second of raw PCM (`response_format: pcm`); everything else tells it by itself."""
    instructions: str | None = None
    """How to speak, in words (`Speak softly.`), for a model that follows them."""
    stream_format: Literal["audio"] | None = None
    """`audio` asks for audio while it is being made, where a server needs to be asked."""
    languages: tuple[LanguageTag, ...] = ()
    """The languages of voices whose names do not tell, the main one first; leave it out for what is known of the
    server, or else English."""
    max_chars: Annotated[Count, Field(ge=20, le=100_000)] | None = None
    """The longest text it takes in one request; leave it out for what the preset says."""
    allow_markup: bool = False
    """Whether marks in the text such as `[laugh]` may steer the engine; `false` takes their brackets away."""
    body: dict[str, str | int | float | bool] = Field(default={})
    """More keys for every request, with plain values, as the server documents them: `{exaggeration: 0.7}`."""

    @model_validator(mode="before")
    @classmethod
    def _preset_fills(cls, keys: object) -> object:
        if not isinstance(keys, Mapping):
            return keys
        preset = next((known for name, known in PRESETS.items() if name == keys.get("preset", "compatible")), None)
        if preset is None:
            return keys  # the field's own sentence says what is wrong
        return {**preset.keys, **{key: value for key, value in keys.items() if value is not None}}

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if not self.base_url:
            raise ValueError("needs base_url, the address of the server, or a preset that has one")
        if taken := OURS & self.body.keys():
            raise ValueError(f"body must not hold {min(taken)}; it comes from the text or has a key of its own")
        names = [voice.name for voice in self.voices]
        if len(set(names)) < len(names):
            raise ValueError("two voices must not have the same name")
        return self

    @property
    def known(self) -> Preset:
        """What is known of the server."""
        return PRESETS[self.preset]

    @property
    def headers(self) -> Mapping[str, str]:
        """What every request carries; holds the key."""
        key = self.api_key.get_secret_value() if self.api_key is not None else ""
        return {"Authorization": f"Bearer {key}"} if key else {}

    @property
    def stays_here(self) -> bool:
        """Whether the text does not leave this machine: some servers here have a cloud speak."""
        return super().stays_here and not (self.known.relays and self.local is None)

    @property
    def free(self) -> bool:
        """Whether nothing is paid: not where anything is said of money or a limit, nor with a key for the internet."""
        limited = self.price_per_1000_characters or self.characters_per_day or self.characters_per_month
        return not (self.known.paid or limited or (self.api_key is not None and not is_at_home(self.host)))
