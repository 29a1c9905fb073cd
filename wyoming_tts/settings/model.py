"""The whole settings file as one value."""

from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PrivateAttr,
    SerializeAsAny,
    model_validator,
)
from pydantic_core import PydanticCustomError

from wyoming_tts.settings.audio import AudioSettings
from wyoming_tts.settings.cache import CacheSettings
from wyoming_tts.settings.mentions import Mentions
from wyoming_tts.settings.phrases import PhraseSettings
from wyoming_tts.settings.privacy import PrivacySettings
from wyoming_tts.settings.provider import ProviderSettings, provider_name
from wyoming_tts.settings.section import Count, LanguageTag, Patience, Section
from wyoming_tts.settings.server import ServerSettings
from wyoming_tts.settings.tree import spelt
from wyoming_tts.settings.voice import HouseVoice
from wyoming_tts.settings.web import WebSettings

WRONG_MENTION = "wrong_mention"
"""The type of pydantic's error for a name that leads nowhere; `Mentions` finds them all."""


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


class FallbackSettings(Section):
    """When the next voice of a chain carries on."""

    unknown_voice: Literal["default", "error"] = "default"
    """What happens when a client asks for a voice that is not here: `default` speaks with the default voice, `error`
    says so and speaks nothing."""
    first_audio_s: Patience = 1.5
    """How many seconds a voice may take until its first sound; then the next of its chain is asked."""
    last_first_audio_s: Patience = 10.0
    """The same for the last voice of a chain, after which there is nobody to ask."""
    gap_s: Patience = 1.5
    """How many seconds of silence the listener may hear in the middle of a voice that has begun, before the next of its
    chain carries on."""
    hedge: Literal["free", "any", "off"] = "free"
    """Whether the next voice of the chain is started beside one that is late, and the first to make a sound is heard:
    `free` only where that one costs nothing, `any` always, `off` never."""
    hedge_after_s: Patience = 0.7
    """After how many seconds a voice is late; one that usually takes longer gets the time that it usually takes."""
    probe_every_s: Patience = 300.0
    """How often each provider is asked, without speaking, whether it is well; more often while it is not."""
    paid_probes: bool = False
    """Whether providers are asked also where the question costs money."""


class TextSettings(Section):
    """How text is made ready to be spoken."""

    language: LanguageTag | None = None
    """The language of text that comes without one, as a tag: `en`, `de-AT`; leave it out for the system's."""
    max_utterance_chars: Annotated[Count, Field(ge=80, le=2_000)] = 300
    """The longest piece of text, in characters, that is handed to a voice at once."""
    max_chars_without_word_times: Annotated[Count, Field(ge=40, le=2_000)] = 80
    """The same for voices that do not say when which word is spoken, as most elsewhere: what is cut off in the middle
    is partly heard twice, and never more than this. More sounds more natural."""
    first_clause_after_s: Annotated[float, Field(ge=0, le=60)] = 0.3
    """When an assistant is still writing its first sentence after so many seconds, the answer begins with the part
    of it up to a comma; 0 begins with the first such part in any case, 60 waits for the whole sentence."""
    whole_first_chars: Annotated[Count, Field(ge=40, le=2_000)] = 100
    """The longest first sentence, in characters, that a voice on this machine speaks in one piece: of a longer one the
    part up to a comma is spoken first, so that it is heard sooner."""
    code_blocks: Literal["skip", "speak"] = "skip"
    """Whether the code in an assistant's answer is left out or read aloud."""
    detect_language: bool = False
    """Whether a text in another language than its voice's is spoken by the best voice of that language. Needs the extra
    `languages`."""


class LimitSettings(Section):
    """How much anybody may ask for."""

    text_chars: Annotated[Count, Field(ge=1, le=10_000_000)] = 100_000
    """The longest text of one request, in characters."""
    concurrent_answers: Annotated[Count, Field(ge=1, le=10_000)] = 64
    """Answers spoken at the same time; one more is told to come back later."""
    speakers_advertised: Annotated[Count, Field(ge=0, le=10_000)] = 50
    """How many speakers of one voice are shown to Home Assistant; all of them can be asked for."""
    dead_letters: Annotated[Count, Field(ge=0, le=100_000)] = 100
    """How many requests that nobody could speak are remembered, the newest ones."""
    dead_letter_days: Annotated[Count, Field(ge=1, le=3_650)] = 30
    """For how many days."""
    dead_letters_mb: Annotated[Count, Field(ge=1, le=10_000)] = 10
    """How many megabytes they may take together."""


class WorkerSettings(Section):
    """The processes in which local voices run."""

    memory_mb: Annotated[Count, Field(ge=64)] | None = None
    """How many megabytes they may use together; leave it out for half of this machine's memory."""
    idle_unload_s: Patience = 600.0
    """After how many seconds without work a voice is dropped from memory."""
    start_timeout_s: Patience = 30.0
    """How many seconds a process may take to start."""


class TelemetrySettings(Section):
    """What the server tells about itself."""

    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = "info"
    """The least important lines that are still written."""
    log_format: Annotated[Literal["console", "json"], BeforeValidator(_lower)] = "console"
    """`console` to be read by people, `json` by programs."""


class Settings(Section):
    """Everything the owner may decide, one section for each part of the server."""

    server: ServerSettings = ServerSettings()
    """Where the Wyoming server listens, and how patient it is with its clients."""
    web: WebSettings = WebSettings()
    """The page and the health checks."""
    providers: Mapping[Annotated[str, AfterValidator(provider_name)], SerializeAsAny[ProviderSettings]] = {}
    """The engines and services that speak: a name of your choice, and under it the provider's `type` and settings.
    Leave `providers` out for the voices that need no settings."""
    voices: tuple[HouseVoice, ...] = ()
    """Names of your own for voices, each with the voices that speak in its place when it cannot."""
    default_voice: str | None = None
    """Who speaks when no voice is asked for: one of `voices`, `provider/voice`, or a voice's bare name that only one
    provider has; leave it out for the best voice of the text's language."""
    fallback: FallbackSettings = FallbackSettings()
    """When the next voice of a chain carries on."""
    text: TextSettings = TextSettings()
    """How text is made ready to be spoken."""
    audio: AudioSettings = AudioSettings()
    """How loud the speech is, and silence around it for players that miss its first or last moment."""
    cache: CacheSettings = CacheSettings()
    """Speech that is kept: what is said again is there at once, costs nothing, and needs no internet."""
    phrases: PhraseSettings = PhraseSettings()
    """Sentences that are made ahead, so that they begin at once and can be said with the internet down. A plain list of
    them is enough."""
    privacy: PrivacySettings = PrivacySettings()
    """What must not leave this machine, and what is kept."""
    limits: LimitSettings = LimitSettings()
    """How much anybody may ask for."""
    workers: WorkerSettings = WorkerSettings()
    """The processes in which local voices run."""
    telemetry: TelemetrySettings = TelemetrySettings()
    """What the server tells about itself."""

    _left_out: dict[str, str] = PrivateAttr(default_factory=dict)

    @property
    def left_out(self) -> Mapping[str, str]:
        """Providers nobody asked for by name that are missing here, each with the extra that would bring it."""
        return self._left_out

    def leaving_out(self, providers: Mapping[str, str]) -> Self:
        """Return the same settings that know of such providers."""
        copy = self.model_copy()
        copy._left_out = dict(providers)  # noqa: SLF001 - a copy of our own
        return copy

    @model_validator(mode="after")
    def _names_lead_somewhere(self) -> Self:
        voices = [(voice.name, voice.chain) for voice in self.voices]
        mentions = Mentions(voices, self.default_voice or "", self.phrases.voices, self.providers)
        for path, sentence in mentions.wrong():
            context = {"place": spelt(path), "sentence": sentence}
            raise PydanticCustomError(WRONG_MENTION, "{place} {sentence}", context)
        return self


LIST_KEYS = {
    name: key for name, field in Settings.model_fields.items() if (key := getattr(field.annotation, "list_key", ""))
}
"""Sections that may be written as a plain list, each with the key that the list then stands for."""
