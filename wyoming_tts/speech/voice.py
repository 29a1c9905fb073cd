"""Who speaks: a voice as its provider offers it, and its name in the house."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Voice:
    """A named way of speaking that one provider offers."""

    name: str
    """The provider's own name for it, unique within the provider."""
    languages: tuple[str, ...]
    """BCP 47 tags, the main one first."""
    description: str = ""
    speakers: tuple[str, ...] = ()
    """Persons within a multi-speaker voice; empty where there is only one."""
    gender: str | None = None
    quality: int = 0
    """Larger sounds better; 0 is a formant synthesiser."""
    version: str | None = None
    attribution_name: str = ""
    attribution_url: str = ""


@dataclass(frozen=True, slots=True)
class VoiceName:
    """`provider/voice#speaker`, the full name of a voice in the house."""

    provider: str
    voice: str
    speaker: str | None = None

    @classmethod
    def parse(cls, name: str) -> VoiceName | None:
        """Return the parts of a full name, or None for a bare one (no `/`)."""
        provider, slash, rest = name.partition("/")
        if not (slash and provider and rest):
            return None
        voice, _, speaker = rest.partition("#")
        return cls(provider, voice, speaker or None)

    def __str__(self) -> str:
        return f"{self.provider}/{self.voice}" + (f"#{self.speaker}" if self.speaker else "")
