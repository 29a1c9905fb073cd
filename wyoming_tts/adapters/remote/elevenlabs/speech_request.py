"""An utterance in the API's words, for HTTP and for a websocket alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from wyoming_tts.adapters.remote.elevenlabs.markup import neutralised
from wyoming_tts.speech.audio import AudioFormat

if TYPE_CHECKING:
    from wyoming_tts.adapters.remote.elevenlabs.settings import ElevenLabsSettings
    from wyoming_tts.adapters.remote.elevenlabs.speech_model import SpeechModel
    from wyoming_tts.speech.utterance import Utterance

SLOWEST, FASTEST = 0.7, 1.2
"""Of the voice's own speed, as the API takes it."""
AROUND_CHARS = 500
"""Of the text before and after: more does not change the melody."""
INACTIVITY_S = 60
"""After which the server ends a websocket on which no text came; we end it sooner."""


@dataclass(frozen=True, slots=True)
class SpeechRequest:
    """Everything that is said to the server about one utterance."""

    utterance: Utterance
    voice_id: str
    settings: ElevenLabsSettings
    model: SpeechModel
    output_format: str

    @property
    def text(self) -> str:
        """What is to be spoken: as long as the utterance's text, and without markup."""
        return neutralised(self.utterance.text)

    @property
    def pcm(self) -> AudioFormat | None:
        """The format of the raw audio asked for; None for one with a container or a codec."""
        kind, rate, *_ = self.output_format.split("_")
        return AudioFormat(int(rate)) if kind == "pcm" else None

    def http_path(self, *, timed: bool) -> str:
        """Return where to POST it."""
        return f"v1/text-to-speech/{quote(self.voice_id, safe='')}/stream" + ("/with-timestamps" if timed else "")

    @property
    def http_query(self) -> dict[str, str]:
        """The query of the POST."""
        return {"output_format": self.output_format, **self._logging}

    @property
    def http_body(self) -> dict[str, Any]:
        """The body of the POST."""
        body: dict[str, Any] = {
            "text": self.text,
            "model_id": self.model.id,
            "apply_text_normalization": self.settings.apply_text_normalization,
        }
        body |= self._given(voice_settings=self.voice_settings or None, language_code=self._language, seed=self._seed)
        if self.model.stitches:
            before, after = self.utterance.previous_text[-AROUND_CHARS:], self.utterance.next_text[:AROUND_CHARS]
            body |= self._given(previous_text=neutralised(before) or None, next_text=neutralised(after) or None)
        return body

    @property
    def socket_path(self) -> str:
        """Return where its answer's websocket is."""
        return f"v1/text-to-speech/{quote(self.voice_id, safe='')}/stream-input"

    @property
    def socket_query(self) -> dict[str, str]:
        """The query of the websocket: never the key."""
        query = {
            "model_id": self.model.id,
            "output_format": self.output_format,
            "sync_alignment": "true",
            "auto_mode": "true",
            "inactivity_timeout": str(INACTIVITY_S),
            "apply_text_normalization": self.settings.apply_text_normalization,
            **self._logging,
        }
        given = self._given(language_code=self._language, seed=self._seed)
        return query | {key: str(value) for key, value in given.items()}

    @property
    def socket_opening(self) -> dict[str, Any]:
        """The first message: a blank, and the voice's manner for all that follows."""
        return {"text": " ", **self._given(voice_settings=self.voice_settings or None)}

    @property
    def voice_settings(self) -> dict[str, float | bool]:
        """The voice's manner, as far as it is not the voice's own."""
        given = {key: value for key, value in self.settings.voice_settings.items() if key not in self.model.lacks}
        speed = self.utterance.prosody.speed
        return given if speed == 1.0 else given | {"speed": min(max(speed, SLOWEST), FASTEST)}

    @property
    def _language(self) -> str | None:
        return self.model.language_code(self.utterance.language)

    @property
    def _seed(self) -> int | None:
        seed = self.utterance.seed if self.utterance.seed is not None else self.settings.seed
        return None if seed is None else seed % 2**32

    @property
    def _logging(self) -> dict[str, str]:
        return {} if self.settings.enable_logging else {"enable_logging": "false"}

    @staticmethod
    def _given(**values: Any) -> dict[str, Any]:
        return {key: value for key, value in values.items() if value is not None}
