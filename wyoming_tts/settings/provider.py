"""What the owner may say about any provider; each adapter adds its own keys in a subclass beside it."""

from importlib.util import find_spec
from typing import ClassVar

from wyoming_tts.settings.section import Pause, Pitch, Section, Speed, Volume
from wyoming_tts.speech.prosody import Prosody


class ProviderSettings(Section):
    """One provider. A subclass narrows `type` to its own word and imports without its extra being installed."""

    extra: ClassVar[str | None] = None
    """The extra of this package that brings the engine; None where nothing more is needed."""
    requires: ClassVar[tuple[str, ...]] = ()
    """Modules that must be there for it to work; looked for, never imported here."""

    type: str
    """Which kind of engine this is."""
    enabled: bool = True
    """Whether it is used; `false` keeps its settings for later."""
    speed: Speed = 1.0
    """How fast it speaks, as a factor: 2.0 is twice as fast as the voice's own pace."""
    pitch: Pitch = 1.0
    """How high it speaks, as a factor: 2.0 is an octave higher. Engines that cannot do it ignore it."""
    volume: Volume = 1.0
    """How loud it speaks, as a factor of the amplitude: 0.5 is half."""
    sentence_pause_s: Pause = 0.0
    """Silence after each sentence, in seconds, on top of the voice's own."""

    @property
    def prosody(self) -> Prosody:
        """Speed, pitch and volume together."""
        return Prosody(self.speed, self.pitch, self.volume)

    @classmethod
    def missing_modules(cls) -> tuple[str, ...]:
        """Return which of the modules it requires are not installed; imports at most the parents of dotted names."""
        return tuple(name for name in cls.requires if not _installed(name))


def provider_name(name: str) -> str:
    """Return a name that can stand in `provider/voice#speaker`. Raises ValueError for any other."""
    if not 1 <= len(name) <= 64 or not name.isprintable() or any(c in "/#" or c.isspace() for c in name):
        raise ValueError("a provider's name has 1 to 64 characters, and no /, # or space")
    return name


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):  # the parent of a dotted name is missing, or the module has no spec
        return False
