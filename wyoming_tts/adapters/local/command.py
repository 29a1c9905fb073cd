"""Any program that writes audio to its standard output: flite, RHVoice, festival, espeak-ng."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from wyoming_tts.adapters.base import Adapter, Capabilities
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.local.command_line import CommandLine
from wyoming_tts.adapters.local.program import Program, running
from wyoming_tts.audio.codecs.sample_layout import MAX_CHANNELS, MAX_RATE_HZ, MIN_RATE_HZ
from wyoming_tts.audio.decode import Decoder
from wyoming_tts.audio.decoded import decoded
from wyoming_tts.errors import ProviderUnavailable, UtteranceRejected
from wyoming_tts.settings.remote import RemoteProviderSettings
from wyoming_tts.settings.section import Count, LanguageTag, Number, Patience, Section, language_tag
from wyoming_tts.speech.audio import AudioFormat, AudioStream
from wyoming_tts.speech.utterance import Utterance
from wyoming_tts.speech.voice import Voice
from wyoming_tts.workers.spec import OWN_VARIABLES

MAX_ARGUMENT_CHARS = 30_000
"""Linux takes 128 kB in one argument, and a character has up to four bytes."""
_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""What ends or commands: programs read line by line, and eSpeak NG obeys what follows U+0001."""


def _command(parts: tuple[str, ...]) -> tuple[str, ...]:
    CommandLine.parse(parts)
    return parts


def _voice_name(name: str) -> str:
    if not 1 <= len(name) <= 64 or not name.isprintable() or "#" in name or name != name.strip():
        raise ValueError("must have 1 to 64 characters, no # and no space around it")
    return name


def _variable(name: str) -> str:
    if not name or "=" in name or "\0" in name:
        raise ValueError("must be the name of a variable")
    return name


def _from_name(voice: object) -> object:
    return {"name": voice} if isinstance(voice, str) else voice


Natural = Annotated[Number, Field(gt=0.0, le=1_000_000.0)]


class CommandVoice(Section):
    """One voice of a program."""

    name: Annotated[str, AfterValidator(_voice_name)]
    """What it is called here."""
    value: str | None = None
    """What stands in place of `{voice}`; leave it out for the name."""
    languages: tuple[LanguageTag, ...] = ()
    """The languages it speaks, as tags; leave it out for the provider's `language`."""
    description: str = ""
    """What a list of voices shows."""


NamedVoice = Annotated[CommandVoice, BeforeValidator(_from_name, json_schema_input_type=str | CommandVoice)]


class CommandSettings(RemoteProviderSettings):
    """Any program that writes WAV or raw samples to its standard output, such as flite, RHVoice or espeak-ng."""

    type: Literal["command"] = "command"
    """Which kind of engine this is."""
    command: Annotated[tuple[str, ...], AfterValidator(_command)]
    """The program and its arguments, as a list; no shell reads it. `{text}`, `{voice}`, `{language}`, `{speed}`,
    `{stretch}` (one divided by the speed), `{pitch}` and `{volume}` are replaced, `{{` is a brace. Without `{text}` the
    text goes to the program's standard input. Leave out switches that make it read the text as markup."""
    voices: Annotated[tuple[NamedVoice, ...], Field(max_length=1000)] = ()
    """The voices it has: names, or sections with more about each. Leave it out for one that is called `default`."""
    language: LanguageTag = "en"
    """The language of voices that do not say theirs."""
    output: Literal["auto", "pcm"] = "auto"
    """What it writes: `auto` for a file whose kind is found out (WAV; with the extra `codecs` also MP3, Opus and FLAC),
    `pcm` for raw samples, signed and little-endian."""
    rate: Count | None = Field(default=None, ge=MIN_RATE_HZ, le=MAX_RATE_HZ)
    """With `output: pcm`, samples a second."""
    width: Count = Field(default=2, ge=1, le=4)
    """With `output: pcm`, bytes of a sample."""
    channels: Count = Field(default=1, ge=1, le=MAX_CHANNELS)
    """With `output: pcm`, how many channels there are."""
    natural_speed: Natural = 1.0
    """What `{speed}` is for a voice's own pace: 175 for `espeak-ng -s`."""
    natural_pitch: Natural = 1.0
    """What `{pitch}` is for a voice's own pitch: 50 for `espeak-ng -p`."""
    natural_volume: Natural = 1.0
    """What `{volume}` is for a voice's own loudness: 100 for `espeak-ng -a`."""
    local: bool = True
    """Whether a text that it is given stays on this machine, for the privacy rules; write `false` for a program that
    sends it to a cloud."""
    timeout_s: Patience = 20.0
    """How many seconds it may send nothing before it is ended."""
    concurrency: Count = Field(default=2, ge=1, le=100)
    """How many of it may run at once."""
    environment: Mapping[Annotated[str, AfterValidator(_variable)], str] = Field(default_factory=dict)
    """Variables for it, on top of the server's own; those that set up this server are never passed on."""

    @model_validator(mode="after")
    def _samples_have_a_rate(self) -> Self:
        if (self.output == "pcm") != (self.rate is not None):
            raise ValueError("`output: pcm` needs a rate, and only that")
        names = [voice.name for voice in self.voices]
        if len(set(names)) != len(names):
            raise ValueError("two of its voices have the same name")
        return self

    @property
    def pcm(self) -> AudioFormat | None:
        """The format of raw samples, None for a file."""
        return AudioFormat(self.rate, self.width, self.channels) if self.rate is not None else None


class CommandAdapter(Adapter):
    """Runs the program once for each utterance."""

    def __init__(self, name: str, settings: CommandSettings) -> None:
        super().__init__(name)
        self._settings = settings
        self._command = CommandLine.parse(settings.command)
        self._voices = {voice.name: voice for voice in settings.voices or (CommandVoice(name="default"),)}
        self._running: set[Program] = set()
        self._closed = False

    @property
    def capabilities(self) -> Capabilities:
        """What any program can do; how soon it begins is its own affair."""
        limit = MAX_ARGUMENT_CHARS if self._command.takes_text else None
        settings = self._settings
        free = not settings.price_per_1000_characters
        return Capabilities(
            streams=True, concurrency=settings.concurrency, max_chars=limit, free=free, local=settings.local
        )

    async def start(self) -> None:
        """Look for the program."""
        await self.probe()

    def voices(self) -> Sequence[Voice]:
        """Return what the owner has listed."""
        default = (self._settings.language,)
        return [Voice(voice.name, voice.languages or default, voice.description) for voice in self._voices.values()]

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Run the program; left with it and all it has started ended."""
        voice = self._known(utterance.voice)
        if utterance.speaker is not None:
            raise UtteranceRejected("unknown voice or speaker", provider=self.name)
        text = spoken(utterance.text)
        arguments = self._command.filled(self._values(utterance, voice, text))
        async with self._run(arguments, None if self._command.takes_text else text) as program:
            yield await decoded(program, Decoder(self.name, pcm=self._settings.pcm))

    async def warm(self, voice: str) -> None:
        """Check the name; there is nothing to load."""
        self._known(voice)

    async def probe(self) -> None:
        """Look for the program, without running it."""
        self._check_open()
        program = self._command.parts[0]
        if await asyncio.to_thread(shutil.which, program, path=self._environment().get("PATH")) is None:
            raise ProviderUnavailable("the program is not installed", provider=self.name)

    async def aclose(self) -> None:
        """End what runs."""
        self._closed = True
        for program in self._running:
            program.kill()

    @asynccontextmanager
    async def _run(self, arguments: Sequence[str], text: str | None) -> AsyncIterator[Program]:
        self._check_open()
        environment, timeout_s = self._environment(), self._settings.timeout_s
        async with running(
            arguments, text=text, environment=environment, timeout_s=timeout_s, provider=self.name
        ) as program:
            self._running.add(program)
            try:
                yield program
            finally:
                self._running.discard(program)

    def _check_open(self) -> None:
        if self._closed:
            raise ProviderUnavailable("closed", provider=self.name)

    def _known(self, name: str) -> CommandVoice:
        voice = self._voices.get(name)
        if voice is None:
            raise UtteranceRejected("unknown voice or speaker", provider=self.name)
        return voice

    def _values(self, utterance: Utterance, voice: CommandVoice, text: str) -> dict[str, str]:
        settings, prosody = self._settings, utterance.prosody
        own = (*voice.languages, settings.language)[0]
        return {
            "text": text,
            "voice": voice.name if voice.value is None else voice.value,
            "language": _tag(utterance.language) or own,
            "speed": _number(prosody.speed * settings.natural_speed),
            "stretch": _number(1 / prosody.speed),
            "pitch": _number(prosody.pitch * settings.natural_pitch),
            "volume": _number(prosody.volume * settings.natural_volume),
        }

    def _environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith(OWN_VARIABLES)}
        return ours | dict(self._settings.environment)


def spoken(text: str) -> str:
    """Return the text on one line, with nothing in it that a program would obey.

    Programs of the eSpeak family, and Piper's, take what stands in `[[` and `]]` for phonemes.
    """
    return _UNSPEAKABLE.sub(" ", text).replace("[[", "[ [").replace("[[", "[ [")


def _tag(language: str) -> str:
    """Return a language that came with a request as a plain tag, empty where it is none."""
    try:
        return language_tag(language)
    except ValueError:
        return ""


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def build(name: str, settings: CommandSettings, context: AdapterContext) -> CommandAdapter:  # noqa: ARG001 - as every kind
    """Return the adapter; opens nothing."""
    return CommandAdapter(name, settings)
