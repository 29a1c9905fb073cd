"""What the owner may say about ElevenLabs."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr, Strict, field_validator

from wyoming_tts.adapters.remote.http_settings import HttpAddress, HttpProviderSettings
from wyoming_tts.settings.section import Count, Section

Part = Annotated[float, Strict(), Field(ge=0.0, le=1.0)]
Seed = Annotated[Count, Field(ge=0, le=4_294_967_295)]
OutputFormat = Literal[
    "auto",
    "pcm_16000",
    "pcm_22050",
    "pcm_24000",
    "pcm_44100",
    "pcm_48000",
    "mp3_22050_32",
    "mp3_44100_64",
    "mp3_44100_128",
    "mp3_44100_192",
]


class NamedVoice(Section):
    """A voice under a name of the owner's."""

    voice: Annotated[str, Field(min_length=1)]
    """The voice at ElevenLabs, by its name or its id."""
    name: Annotated[str, Field(min_length=1, max_length=60)]
    """What it is called here."""

    @field_validator("name")
    @classmethod
    def _fits_a_full_name(cls, name: str) -> str:
        if not name.isprintable() or any(sign in "/#" for sign in name):
            raise ValueError("must not hold a / or a #")
        return name


class ElevenLabsSettings(HttpProviderSettings):
    """ElevenLabs: some of the best voices there are, in 30 to 70 languages, for money and over the internet."""

    type: Literal["elevenlabs"]
    """Which kind of engine this is."""
    api_key: SecretStr
    """Your key. It needs the right to speak (`text_to_speech`) and to list voices (`voices_read`); with `models_read`
    and `user_read` the limits of the model and the credits that are left are known, too."""
    base_url: HttpAddress = "https://api.elevenlabs.io"
    """The address of the server; there are others for accounts whose data stays in one region."""
    model: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$")] = "eleven_flash_v2_5"
    """Which model speaks. `eleven_flash_v2_5` begins soonest and costs half; `eleven_multilingual_v2` sounds fuller;
    `eleven_v3` is the most expressive and begins late."""
    voices: tuple[str | NamedVoice, ...] = ()
    """Which voices are offered, by name or id, each perhaps with a name of your own: `[Rachel, {voice:
    JBFqnCBsd6RMkjVDRZzb, name: George}]`. Leave it out for all voices of the account."""
    output_format: OutputFormat = "auto"
    """What is sent. `auto` is `pcm_44100` where your plan has it, else `pcm_24000`. With an `mp3_...` less is sent, and
    no websocket is used."""
    word_times: bool = True
    """Whether it is asked when each word begins, so that another voice can carry on at the very word."""
    websocket: bool = True
    """Whether an answer that is still being written is spoken over one connection, so that its melody runs on; only
    with `word_times`."""
    stability: Part | None = None
    """From lively (0.0) to even (1.0). Leave it and the next three out for what is set for the voice at ElevenLabs."""
    similarity_boost: Part | None = None
    """How closely it keeps to the original voice."""
    style: Part | None = None
    """How much the original's style is exaggerated; costs time."""
    use_speaker_boost: bool | None = None
    """Whether it is made still more like the original speaker; costs time."""
    seed: Seed | None = None
    """With the same number the same text sounds the same, mostly."""
    apply_text_normalization: Literal["auto", "on", "off"] = "auto"
    """Whether numbers and the like are written out before they are spoken."""
    enable_logging: bool = True
    """`false` asks ElevenLabs to keep nothing of what is spoken; only enterprise accounts may."""

    @property
    def voice_settings(self) -> dict[str, float | bool]:
        """Return what the owner has set of the voice's manner, by the API's own words."""
        given = {
            "stability": self.stability,
            "similarity_boost": self.similarity_boost,
            "style": self.style,
            "use_speaker_boost": self.use_speaker_boost,
        }
        return {key: value for key, value in given.items() if value is not None}
