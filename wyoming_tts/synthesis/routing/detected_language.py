"""The language of a text, guessed from how it begins."""

from __future__ import annotations

import asyncio
import threading
from contextlib import asynccontextmanager
from dataclasses import replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol, TypeAlias

import regex
import structlog

from wyoming_tts.errors import ConfigError
from wyoming_tts.speech.language import primary
from wyoming_tts.synthesis.routing.peeked_text import PeekedText, letters

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence

    from wyoming_tts.settings.model import TextSettings
    from wyoming_tts.speech.request import SpeechRequest

LOOKED_AT_CHARS = 200
"""More makes no guess better."""
FEWEST_LETTERS = 20
"""A name or two are no language."""
PAUSE_S = 0.3
"""A client that writes nothing for so long is judged by what it wrote: tokens come every 20 to 100 ms."""

CONFIDENT = 0.8
"""How likely the language must be, weighed against the others of the house. Of 97 sentences that an assistant says in
18 languages 89 pass, and with 84 languages to choose from 79; all of them are right."""

PATIENCE_S = 1.0
"""For one guess: the library is loaded with the first one, and an answer is worth more than the right accent."""
TURN_S = 0.1
"""For another guess to end; whoever comes while the library is being loaded goes without."""

# The library's own names for languages that voices are tagged otherwise.
_LABELS = {"nb": "no", "cmn": "zh", "fil": "tl", "iw": "he", "in": "id"}

_MARKUP = regex.compile(r"<[^>]*>?")

log = structlog.get_logger(__name__)


class LanguageDetector(Protocol):
    """Guesses languages."""

    async def detect(self, text: str, among: Collection[str]) -> str | None:
        """Return the one of the languages (`de`, `nb`) that the text is surely in; None where none is sure."""
        ...

    async def warm(self) -> None:
        """Load what guessing needs ahead of the first text; never fails."""
        ...


Ranking: TypeAlias = "Sequence[tuple[str, float]]"
"""Languages by the library's own names, with how likely they are of all languages; the likeliest first."""


class Identifier(Protocol):
    """The part of the library that is used."""

    def rank(self, text: str) -> Ranking:
        """Return every language it knows."""
        ...


class NgramDetector:
    """Guesses by py3langid, which is loaded with the first guess: 1 s, and 80 MB from then on."""

    def __init__(
        self, load: Callable[[], Identifier] | None = None, *, patience_s: float = PATIENCE_S, turn_s: float = TURN_S
    ) -> None:
        self._load = load or _py3langid
        self._patience_s = patience_s
        self._turn_s = turn_s
        self._turn = threading.Lock()
        self._identifier: Identifier | None = None
        self._failed = False

    async def detect(self, text: str, among: Collection[str]) -> str | None:
        """Guess in a thread; a library that fails or takes long is as good as none."""
        if letters(text) < FEWEST_LETTERS or self._failed:
            return None
        tags = {_label(tag): tag for tag in sorted(among, reverse=True)}
        try:
            async with asyncio.timeout(self._patience_s):
                ranked = await asyncio.to_thread(self._ranked, text)
        except TimeoutError:
            log.info("language not detected in time")
            return None
        return _sure(ranked, tags)

    async def warm(self) -> None:
        """Load the library ahead of the first text; never fails."""
        await asyncio.to_thread(self._ranked, "Hello")

    def _ranked(self, text: str) -> Ranking:
        """Return all languages, the likeliest first; none where it takes long or fails."""
        if not self._turn.acquire(timeout=self._turn_s):
            return ()
        try:
            self._identifier = self._identifier or self._load()
            return self._identifier.rank(text)
        except Exception as error:  # noqa: BLE001 - a library's bug must not mute the house
            self._failed = self._identifier is None
            log.warning("language not detected", error=type(error).__name__)
            return ()
        finally:
            self._turn.release()


def detector(settings: TextSettings) -> LanguageDetector | None:
    """Return what the owner wants for guessing. Raises ConfigError where its extra is missing."""
    if not settings.detect_language:
        return None
    if find_spec("py3langid") is None:
        raise ConfigError(
            "text.detect_language needs the extra \"languages\": run  pip install 'wyoming-tts[languages]'  "
            "or set it to false"
        )
    return NgramDetector()


@asynccontextmanager
async def with_detected_language(
    request: SpeechRequest,
    detector: LanguageDetector,
    *,
    main: str,
    among: Collection[str],
    pause_s: float = PAUSE_S,
) -> AsyncIterator[SpeechRequest]:
    """Wait for the beginning of the text; yield the request with a language where it is surely not the `main` one.

    Its `texts` yield all of the text. They must be read within the context.

    Args:
        request: What the client asked; a language that it named itself stays.
        detector: Who guesses.
        main: The tag of the language that the asked voice is at home in.
        among: The languages that the house can speak.
        pause_s: After so long without a word a text stream is judged by what has come.

    """
    if request.language is not None:
        yield request
        return
    text = PeekedText(request.texts)
    try:
        beginning = await text.beginning(
            max_chars=LOOKED_AT_CHARS, min_letters=FEWEST_LETTERS, pause_s=pause_s if request.streamed else None
        )
        if request.ssml:
            beginning = _MARKUP.sub(" ", beginning)
        detected = await detector.detect(beginning, among)
        if detected is not None and _label(detected) == _label(primary(main)):
            detected = None
        yield replace(request, texts=text, language=detected)
    finally:
        await text.aclose()


def _py3langid() -> Identifier:
    """Return the library's identifier, one of our own: its module's global one is not safe among threads."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - an extra, and slow to import

    identifier: Identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    return identifier


def _sure(ranked: Ranking, tags: Mapping[str, str]) -> str | None:
    """Return the tag of the likeliest language of all, where it stands out among those of the house.

    A text in a language that the house lacks is so not taken for its nearest relative.
    """
    best, likelihood = ranked[0] if ranked else ("", 0.0)
    if best not in tags:
        return None
    return tags[best] if likelihood >= CONFIDENT * sum(share for label, share in ranked if label in tags) else None


def _label(tag: str) -> str:
    return _LABELS.get(tag, tag)
