"""Any server that speaks OpenAI's way."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from wyoming_tts.adapters.base import Capabilities
from wyoming_tts.adapters.remote.http_adapter import HttpAdapter
from wyoming_tts.adapters.remote.openai.pcm_format import pcm_format
from wyoming_tts.adapters.remote.openai.speech_body import speech_body
from wyoming_tts.adapters.remote.openai.spoken_voice import SpokenVoice, offered_voices, written_voices
from wyoming_tts.adapters.remote.openai.voice_list import ListedVoice, listed
from wyoming_tts.audio.decode import Decoder
from wyoming_tts.audio.decoded import decoded
from wyoming_tts.errors import ProviderUnavailable, UtteranceRejected
from wyoming_tts.net.api_client import ApiClient
from wyoming_tts.net.reply import NotJson

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from typing import Any

    from wyoming_tts.adapters.context import AdapterContext
    from wyoming_tts.adapters.remote.openai.settings import OpenAiSettings
    from wyoming_tts.errors import ProviderError
    from wyoming_tts.net.refusal import Refusal
    from wyoming_tts.speech.audio import AudioStream
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.speech.voice import Voice

MISSING = (404, 405, 501)
"""A path that a server does not have, as different ones say it."""
MISSING_SCOPE = "missing_scope"
"""A key of OpenAI's that may speak and not list models is answered so, with status 401."""


class NoSuchList(ProviderUnavailable):
    """The server is there, and has no such list or keeps it from this key."""


class OpenAiAdapter(HttpAdapter):
    """Speaks by one request for each utterance."""

    def __init__(self, name: str, settings: OpenAiSettings, context: AdapterContext) -> None:
        endpoint = settings.endpoint(name, settings.headers)
        super().__init__(endpoint, context, judge=self._judged)
        self.settings = settings
        self._lists = ApiClient(endpoint, context.http, _absent)
        self._spoken: dict[str, SpokenVoice] = {}
        self._has_list = False
        """It has listed voices, so the address is right."""
        self._capabilities = Capabilities(
            streams=settings.known.streams,
            concurrency=settings.concurrency,
            max_chars=settings.max_chars,
            free=settings.free,
            local=settings.stays_here,
        )
        self._learn(written_voices(settings))
        self._voices = tuple(one.voice for one in self._spoken.values())

    @property
    def capabilities(self) -> Capabilities:
        """What the preset knows, and what the owner says."""
        return self._capabilities

    async def list_voices(self) -> Sequence[Voice]:
        """Ask for the voices, and only whether the server is there where the owner has named them."""
        offered = () if self.settings.voices else await self._offered()
        if self.settings.voices or not offered:
            await self._look()
        if not self.settings.voices:
            self._learn(await asyncio.to_thread(offered_voices, self.settings, offered or self._usual()))
        return [spoken.voice for spoken in self._spoken.values()]

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Ask for the audio of one utterance and decode it as it comes."""
        settings = self.settings
        body = speech_body(utterance, await self.admitted(utterance), settings)
        async with self.api.request("POST", settings.known.speech, json=body) as reply:
            pcm = pcm_format(reply, settings.rate) if settings.response_format == "pcm" else None
            yield await decoded(reply.body, Decoder(self.name, pcm=pcm))

    async def admitted(self, utterance: Utterance) -> SpokenVoice:
        """Return what is sent for an utterance's voice; raises UtteranceRejected for one that cannot be spoken here."""
        self.voice(utterance.voice)
        limit = self.settings.max_chars
        if limit is not None and len(utterance.text) > limit:
            raise UtteranceRejected(f"longer than {limit} characters", provider=self.name)
        self.speaking()
        return await self._spoken_voice(utterance.voice)

    async def aclose(self) -> None:
        """End the watching, and whatever is being spoken."""
        await super().aclose()
        await self._lists.aclose()

    async def _spoken_voice(self, name: str) -> SpokenVoice:
        """Return what is sent for a voice; one that was only remembered is looked up first, for the model it needs."""
        if name not in self._spoken:
            await self.refresh()
        if name not in self._spoken:
            raise UtteranceRejected("the server no longer lists this voice", provider=self.name)
        return self._spoken[name]

    async def _offered(self) -> Sequence[ListedVoice]:
        """Return what it lists, nothing where it has no list. Raises ProviderUnavailable for one that has gone.

        A proxy before a server that is down says 404 as well, and made-up names must not replace the real ones.
        """
        preset, had_one, has_one = self.settings.known, self._has_list, False
        for path in preset.voice_lists:
            if body := await self._listed_if_any(path):
                self._has_list = has_one = True
                if voices := await asyncio.to_thread(listed, body, models_speak=preset.models_speak):
                    return voices
        if had_one and not has_one:
            raise ProviderUnavailable("its list of voices has gone", provider=self.name)
        return ()

    async def _listed_if_any(self, path: str) -> Any:
        """Return a list as parsed; None also for a page of the web, which some answer to what they do not know."""
        try:
            return await self._listed(path)
        except NotJson:
            return None

    async def _look(self) -> None:
        """See that the server is there and takes the key; one that lists no models is there, too."""
        await self._listed(self.settings.known.models)

    async def _listed(self, path: str) -> Any:
        """Return a list as parsed, None where there is none; raises ProviderError."""
        try:
            return await self._lists.json("GET", path)
        except NoSuchList:
            return None

    def _usual(self) -> Sequence[ListedVoice]:
        return [ListedVoice(name) for name in self.settings.known.voices]

    def _learn(self, spoken: Sequence[SpokenVoice]) -> None:
        """Remember what is sent for each voice; an empty list never replaces a good one."""
        if spoken:
            self._spoken = {one.voice.name: one for one in spoken}

    def _judged(self, refusal: Refusal, provider: str) -> ProviderError | None:
        """Return what only this API's rules tell."""
        if refusal.status in MISSING and not refusal.words:
            if self._has_list:
                return UtteranceRejected(f"{refusal.detail}: no such voice or model", provider=provider)
            detail = f"{refusal.detail}: no such API, voice or model; check base_url, model and voices"
            return ProviderUnavailable(detail, provider=provider)
        return None


def _absent(refusal: Refusal, provider: str) -> ProviderError | None:
    """Return NoSuchList for a list that is not there, or that a key with few rights may not read."""
    absent = refusal.status in {*MISSING, 403} or MISSING_SCOPE in refusal.words
    return NoSuchList(refusal.detail, provider=provider) if absent else None
