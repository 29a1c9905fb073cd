"""eSpeak NG: a formant synthesiser that needs no weights, speaks 140 languages and always works."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wyoming_tts.models import espeak_voices
from wyoming_tts.models.base import Remarks
from wyoming_tts.models.espeak_library import EspeakLibrary, WordEvent
from wyoming_tts.models.plain_text import plain
from wyoming_tts.speech.audio import AudioFormat, Mark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wyoming_tts.models.base import Sink
    from wyoming_tts.speech.prosody import Prosody
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.speech.voice import Voice

# The library's own defaults, and the range in which the speech still follows the setting.
NATURAL_WPM, SLOWEST_WPM, FASTEST_WPM = 175, 80, 900
NATURAL_PITCH, HIGHEST_PITCH = 50, 99
NATURAL_VOLUME, LOUDEST_VOLUME = 100, 200


def create(options: dict[str, object]) -> EspeakModel:
    """Open the engine. `data_path` (optional) is a folder of eSpeak NG data other than the package's."""
    path = options.get("data_path")
    return EspeakModel(EspeakLibrary.open(Path(str(path)) if path else None))


class EspeakModel:
    """eSpeak NG with all its voices; a voice may carry a variant (`en-us+f3`). One per process."""

    interleaves = False

    def __init__(self, library: EspeakLibrary) -> None:
        self._library = library
        self._voices = espeak_voices.named(library.voices(), data=library.data, version=library.version)
        self._variants = espeak_voices.variants(library.voices(variants=True))

    def voices(self) -> Sequence[Voice]:
        """Return the voices without their variants."""
        return [known.voice for known in self._voices.values()]

    def remarks(self) -> Remarks:
        """Return the variants that any voice can have."""
        return Remarks(variants=tuple(sorted(self._variants)))

    def load(self, voice: str) -> None:
        """Check that the voice can be had; nothing is kept. Raises KeyError, RuntimeError."""
        self._library.select(self._resolve(voice))

    def steps(self, utterance: Utterance, sink: Sink) -> Iterator[None]:
        """Speak the whole utterance in one step, with a mark for every word."""
        self._library.select(self._resolve(utterance.voice))
        _adjust(self._library, utterance.prosody)
        if not sink.cancelled:
            text = plain(utterance.text)
            sink.open(AudioFormat(self._library.rate))
            self._library.speak(text, _Relay(text, self._library.rate, sink).take)
        yield

    def close(self) -> None:
        """Close the library; may be called twice."""
        self._library.close()

    def _resolve(self, voice: str) -> str:
        """Return the library's name for ours; with an unknown variant the voice itself. Raises KeyError."""
        name, _, variant = voice.lower().partition("+")
        identifier = self._voices[name].identifier
        return f"{identifier}+{self._variants[variant]}" if variant in self._variants else identifier


class _Relay:
    """Passes one utterance's audio on from the first sound; of a text with nothing to say no audio is left."""

    def __init__(self, text: str, rate: int, sink: Sink) -> None:
        self._text = text
        self._rate = rate
        self._sink = sink
        self._offset = -1
        self._silence = b""
        self._marks: list[Mark] = []
        self._sounding = False

    def take(self, pcm: bytes, words: list[WordEvent]) -> bool:
        """Pass on one chunk; False where nobody wants the rest."""
        if self._sink.cancelled:
            return False
        for word in words:
            # A word read letter by letter comes once for each, and some symbols leave a blank behind.
            if word.offset > self._offset and not self._text[word.offset : word.offset + 1].isspace():
                self._offset = word.offset
                self._marks.append(Mark(word.offset, word.sample / self._rate))
        self._sounding = self._sounding or any(pcm)
        if not self._sounding:
            self._silence += pcm
        elif pcm:
            marks, self._marks = self._marks, []
            pcm, self._silence = self._silence + pcm, b""
            self._sink.emit(pcm, marks)
        return True


def _adjust(library: EspeakLibrary, prosody: Prosody) -> None:
    library.adjust(
        words_per_minute=min(max(round(NATURAL_WPM * prosody.speed), SLOWEST_WPM), FASTEST_WPM),
        pitch=min(max(round(NATURAL_PITCH * prosody.pitch), 0), HIGHEST_PITCH),
        volume=min(max(round(NATURAL_VOLUME * prosody.volume), 0), LOUDEST_VOLUME),
    )
