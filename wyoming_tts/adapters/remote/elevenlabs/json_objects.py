"""JSON objects one behind the other, out of a body that comes in pieces of any size."""

from __future__ import annotations

import codecs
import json
from typing import Any

from wyoming_tts.errors import BadAudio, SpeechCutOff

MAX_OBJECT_CHARS = 8 * 1024**2
"""Two minutes of audio in base64; one object has a second, mostly."""


class JsonObjects:
    """With or without line ends between them. Raises BadAudio for anything else."""

    def __init__(self, provider: str) -> None:
        self._provider = provider
        self._decode = codecs.getincrementaldecoder("utf-8")()
        self._buffer = ""
        self._parse = json.JSONDecoder().raw_decode
        self._begun = False

    def feed(self, data: bytes) -> list[dict[str, Any]]:
        """Return the objects that are whole by now."""
        try:
            text = self._decode.decode(data)
        except UnicodeDecodeError:  # not chained: it shows what came
            raise BadAudio("what came is no JSON", provider=self._provider) from None
        self._buffer += text
        found = []
        # Base64 holds no brace, so that a long object is not looked through again with every piece of it.
        while "}" in text and (parsed := self._next()) is not None:
            found.append(parsed)
        self._check()
        return found

    def end(self) -> None:
        """Raise SpeechCutOff where the last object is not whole, and BadAudio where none ever was."""
        if self._buffer.strip():
            kind = SpeechCutOff if self._begun else BadAudio
            raise kind("it ended within an object", provider=self._provider)

    def _next(self) -> dict[str, Any] | None:
        self._buffer = self._buffer.lstrip()
        if not self._buffer:
            return None
        try:
            parsed, end = self._parse(self._buffer)
        except json.JSONDecodeError:
            return None
        except RecursionError as error:
            raise BadAudio("what came is no JSON", provider=self._provider) from error
        self._buffer = self._buffer[end:]
        if not isinstance(parsed, dict):
            raise BadAudio("what came is no object", provider=self._provider)
        self._begun = True
        return parsed

    def _check(self) -> None:
        rest = self._buffer.lstrip()
        if rest and rest[0] != "{":
            raise BadAudio("what came is no JSON object", provider=self._provider)
        if len(rest) > MAX_OBJECT_CHARS:
            raise BadAudio(f"an object of more than {MAX_OBJECT_CHARS} characters", provider=self._provider)
