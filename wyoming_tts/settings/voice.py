"""A voice with a name of the owner's."""

from typing import Annotated

from pydantic import AfterValidator, Field

from wyoming_tts.settings.section import LanguageTag, Pause, Pitch, Section, Speed, Volume
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.voice import VoiceName


def _name(name: str) -> str:
    if not 1 <= len(name) <= 64 or "/" in name or not name.isprintable() or name != name.strip():
        raise ValueError("must have 1 to 64 characters, no / and no space around it")
    return name


def _link(link: str) -> str:
    if VoiceName.parse(link) is None:
        raise ValueError("must be provider/voice or provider/voice#speaker")
    return link


class HouseVoice(Section):
    """A name of your own for a voice, with the voices that speak in its place when it cannot."""

    name: Annotated[str, AfterValidator(_name)]
    """What Home Assistant shows, `Anna` say."""
    language: LanguageTag
    """The language it speaks, as a tag: `en`, `de-AT`."""
    chain: Annotated[tuple[Annotated[str, AfterValidator(_link)], ...], Field(min_length=1)]
    """Who speaks: the first of these `provider/voice` or `provider/voice#speaker` that can."""
    speed: Speed = 1.0
    """How fast it speaks, as a factor on top of the provider's own."""
    pitch: Pitch = 1.0
    """How high it speaks, as a factor on top of the provider's own."""
    volume: Volume = 1.0
    """How loud it speaks, as a factor on top of the provider's own."""
    sentence_pause_s: Pause | None = None
    """Silence after each sentence, in seconds; leave it out for the provider's own."""

    @property
    def links(self) -> tuple[VoiceName, ...]:
        """The chain in its parts."""
        return tuple(name for name in map(VoiceName.parse, self.chain) if name is not None)

    @property
    def prosody(self) -> Prosody:
        """Speed, pitch and volume together."""
        return Prosody(self.speed, self.pitch, self.volume)
