"""What a request for speech says: a query where the audio streams, a form where it is made whole."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from urllib.parse import quote_plus

from wyoming_tts.adapters.remote.alltalk.languages import code_of
from wyoming_tts.adapters.remote.alltalk.voice_list import THE_ONE

if TYPE_CHECKING:
    from wyoming_tts.adapters.remote.alltalk.facts import Facts
    from wyoming_tts.adapters.remote.alltalk.settings import AllTalkSettings
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.speech.voice import Voice

MAX_QUERY_CHARS = 6_000
"""Of the text as it stands in an address: many servers in front of others take 8 kB for all of a request's head."""
OUTPUT_NAME = "wyoming_tts"
"""Of the file that AllTalk keeps; it puts a time and a random part behind it."""
SLOWEST, FASTEST = 0.25, 2.0
MAX_SEMITONES = 10.0
MARKUP = {"fishspeech": "[]<>()"}
"""The brackets round what steers an engine, where they are others than BRACKETS."""
BRACKETS = "[]<>"


def streams(utterance: Utterance, settings: AllTalkSettings, facts: Facts) -> bool:
    """Whether this one can be heard while it is made."""
    if settings.streaming != "auto":
        return settings.streaming == "on"
    prosody = utterance.prosody
    natural = (prosody.speed == 1.0 or not facts.has_speed) and (prosody.pitch == 1.0 or not facts.has_pitch)
    return facts.streams and natural and len(quote_plus(utterance.text)) <= MAX_QUERY_CHARS


def streamed_query(utterance: Utterance, voice: Voice, settings: AllTalkSettings, facts: Facts) -> dict[str, str]:
    """Return the query of `GET /api/tts-generate-streaming`, which knows these four keys only."""
    return {
        "text": spoken_text(utterance.text, settings, facts),
        "voice": voice.name,
        "language": language_code(utterance, voice),
        "output_file": OUTPUT_NAME,
    }


def whole_form(utterance: Utterance, voice: Voice, settings: AllTalkSettings, facts: Facts) -> dict[str, str]:
    """Return the form of `POST /api/tts-generate`; what it leaves out is as the server's owner has set it."""
    form = {
        "text_input": spoken_text(utterance.text, settings, facts),
        "text_filtering": settings.text_filtering,
        # Without a narrator *stars* and "quotes" choose no voice; and nobody wants to hear it where the server stands.
        "narrator_enabled": "false",
        "autoplay": "false",
        "language": language_code(utterance, voice),
        "output_file_name": OUTPUT_NAME,
        "output_file_timestamp": "true",
    }
    if voice.name != THE_ONE:
        form["character_voice_gen"] = voice.name
    if facts.has_speed:
        form["speed"] = f"{min(max(utterance.prosody.speed, SLOWEST), FASTEST):.2f}"
    if facts.has_pitch and utterance.prosody.pitch != 1.0:
        semitones = 12 * math.log2(utterance.prosody.pitch)
        form["pitch"] = f"{min(max(semitones, -MAX_SEMITONES), MAX_SEMITONES):.1f}"
    return form


def language_code(utterance: Utterance, voice: Voice) -> str:
    """Return AllTalk's word for the language of the text, or for the voice's own where nobody knows."""
    return code_of(utterance.language or voice.languages[0])


def spoken_text(text: str, settings: AllTalkSettings, facts: Facts) -> str:
    """Return the text without the brackets of what would steer the engine: the words in them are spoken."""
    if settings.allow_markup:
        return text
    return text.translate({ord(bracket): " " for bracket in MARKUP.get(facts.engine, BRACKETS)})
