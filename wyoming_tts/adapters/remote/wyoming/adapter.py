"""Another Wyoming server: its voices as one provider's."""

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from wyoming.event import Event

from wyoming_tts.adapters.base import Capabilities
from wyoming_tts.adapters.remote.remote_adapter import RemoteAdapter
from wyoming_tts.adapters.remote.wyoming.failure import failure_of
from wyoming_tts.adapters.remote.wyoming.offer import Offer, Program, offer_of
from wyoming_tts.audio.plain_pcm import PlainPcm
from wyoming_tts.errors import BadAudio, ProviderError, ProviderTimeout, ProviderUnavailable, UtteranceRejected
from wyoming_tts.protocol.client import Client
from wyoming_tts.protocol.extra import stream_events, synthesize_event
from wyoming_tts.protocol.framing import FrameLimits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from wyoming_tts.adapters.context import AdapterContext
    from wyoming_tts.adapters.remote.wyoming.settings import WyomingSettings
    from wyoming_tts.speech.audio import AudioStream
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.speech.voice import Voice

MAX_HOPS = 4
"""Servers of our kind that a request may come through; nobody has so many on purpose."""
DESCRIBE_S = 5.0
"""For the voice list; so long Home Assistant waits for it, too."""
LIMITS = FrameLimits(data_bytes=1024**2, payload_bytes=8 * 1024**2)
"""A list of thousands of voices, whose JSON is read within 20 ms; and in one event, as some send it, the audio of the
longest utterance in any format."""

# What stands between two of them Piper takes for phonemes; they are never spoken, so all of them go.
_BRACKETS = re.compile(r"[\[\]]")


class WyomingAdapter(RemoteAdapter):
    """One connection for every utterance."""

    def __init__(
        self, name: str, settings: WyomingSettings, context: AdapterContext, *, describe_s: float = DESCRIBE_S
    ) -> None:
        """Take the owner's settings; `describe_s` is how long its list may take."""
        super().__init__(name, context, origin=settings.uri, refresh_s=settings.refresh_s)
        self._settings = settings
        self._language = context.language
        self._describe_s = describe_s
        self._instance = context.instance
        self._offer = Offer()
        self._capabilities = Capabilities(
            streams=True,
            concurrency=settings.concurrency,
            free=not settings.price_per_1000_characters,
            local=settings.stays_here,
            relays=True,  # as long as it has not said what it is
        )
        self._client = Client(
            settings.address, provider=name, limits=LIMITS, failure=self._failure, connect_s=settings.connect_timeout_s
        )

    @property
    def capabilities(self) -> Capabilities:
        """As the settings have it, and whether it is one of ours, as far as that is known."""
        return self._capabilities

    async def list_voices(self) -> Sequence[Voice]:
        """Ask what it has; a voice that names no language is taken for one of the house's."""
        try:
            async with asyncio.timeout(self._describe_s):
                info = await self._client.ask(Event("describe"), "info")
        except TimeoutError as error:
            raise ProviderTimeout("it does not list its voices", provider=self.name) from error
        except BadAudio as error:  # a port of something else, say
            raise ProviderUnavailable("it does not speak Wyoming", provider=self.name) from error
        offer = await asyncio.to_thread(offer_of, info, self._settings.program)  # a long list takes 0.1 s
        if offer.instance and offer.instance == self._instance:
            raise ProviderUnavailable("it is this server itself", provider=self.name)
        if self._capabilities.relays != (offer.instance is not None):
            self._capabilities = replace(self._capabilities, relays=offer.instance is not None)
        self._offer = offer if offer.voices else replace(self._offer, instance=offer.instance)
        return [voice if voice.languages else replace(voice, languages=(self._language,)) for voice in offer.voices]

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Speak there."""
        self._refuse_loops(utterance.via)
        request, end = self._request(utterance)
        async with self._client.speaking(request, PlainPcm, end=end) as stream:
            yield stream

    async def aclose(self) -> None:
        """End every connection and the looking for changes."""
        self._client.close()
        await super().aclose()

    def _refuse_loops(self, via: tuple[str, ...]) -> None:
        """Raise where the request has been there or here before, or has come a long way.

        A server that has been started anew has another name, which is learnt with its next list: where the request has
        been here before, it may well have come from there.
        """
        before = {*via, self._instance} - {""}
        if len(via) >= MAX_HOPS or self._offer.instance in before or self._instance in via:
            raise UtteranceRejected("it would go round in circles", provider=self.name)

    def _request(self, utterance: Utterance) -> tuple[Sequence[Event], str]:
        """Return what to send, and the type of the event that ends the answer."""
        program = self._offer.programs.get(utterance.voice, Program())
        utterance = replace(
            utterance,
            text=_BRACKETS.sub(" ", utterance.text),
            speaker=self._speaker(utterance),
            via=tuple(filter(None, (*utterance.via, self._instance))),
        )
        select = () if program.is_first else (Event("select-program", {"name": program.name}),)
        if program.streams:
            return (*select, *stream_events(utterance)), "synthesize-stopped"
        return (*select, synthesize_event(utterance)), "audio-stop"

    def _speaker(self, utterance: Utterance) -> str | None:
        """Return the speaker by name. Raises UtteranceRejected: asked for who is not there, some speak as another."""
        speakers = {voice.name: voice.speakers for voice in self.voices()}.get(utterance.voice)
        asked = utterance.speaker
        if speakers is not None:
            if asked is None or asked in speakers:
                return asked
            if asked.isascii() and asked.isdecimal() and int(asked) < len(speakers):
                return speakers[int(asked)]
        raise UtteranceRejected("unknown voice or speaker", provider=self.name)

    def _failure(self, event: Event) -> ProviderError:
        return failure_of(event, provider=self.name, is_ours=self._offer.instance is not None)


def build(name: str, settings: WyomingSettings, context: AdapterContext) -> WyomingAdapter:
    """Return the adapter."""
    return WyomingAdapter(name, settings, context)
