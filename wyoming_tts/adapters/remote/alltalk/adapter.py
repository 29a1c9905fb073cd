"""AllTalk v2 over HTTP."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wyoming_tts.adapters.base import Capabilities
from wyoming_tts.adapters.remote.alltalk.server import AllTalkServer
from wyoming_tts.adapters.remote.alltalk.speech_request import streamed_query, streams, whole_form
from wyoming_tts.adapters.remote.alltalk.stopper import Stopper
from wyoming_tts.adapters.remote.alltalk.watched_body import WatchedBody
from wyoming_tts.adapters.remote.http_adapter import HttpAdapter
from wyoming_tts.audio.decode import Decoder
from wyoming_tts.audio.decoded import decoded
from wyoming_tts.errors import BadAudio, NoAudio, ProviderError, ProviderTimeout, ProviderUnavailable, UtteranceRejected

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from wyoming_tts.adapters.context import AdapterContext
    from wyoming_tts.adapters.remote.alltalk.settings import AllTalkSettings
    from wyoming_tts.net.refusal import Refusal
    from wyoming_tts.speech.audio import AudioStream
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.speech.voice import Voice

MADE = "generate-success"
FAILED = "generate-failure"
MAX_ANSWER_BYTES = 64 * 1024
"""Of the few names and addresses that say where the audio lies."""


class AllTalkAdapter(HttpAdapter):
    """Speaks by one request that streams, or by one that makes a file and one that fetches it."""

    def __init__(self, name: str, settings: AllTalkSettings, context: AdapterContext) -> None:
        super().__init__(settings.endpoint(name, {}), context, judge=_judged)
        self._settings = settings
        self._house_language = context.language
        self._server = AllTalkServer(self.api, context.clock, patience_s=settings.read_timeout_s)
        self._stopper = Stopper(self.api)

    @property
    def capabilities(self) -> Capabilities:
        """What the engine loaded there can do, and what the owner says."""
        settings = self._settings
        return Capabilities(
            streams=settings.streaming == "on" or (settings.streaming == "auto" and self._server.facts.streams),
            concurrency=settings.concurrency,
            max_chars=settings.max_chars,
            free=not settings.price_per_1000_characters,
            local=settings.stays_here,
        )

    async def list_voices(self) -> Sequence[Voice]:
        """Ask for what is loaded and its voices."""
        return await self._server.voices(self._settings.languages, self._house_language)

    def is_warm(self, voice: str) -> bool:  # noqa: ARG002 - one model has all voices
        """Whether it had its model when it was last asked; until it has, an utterance waits for it."""
        return not self._server.loading

    async def warm(self, voice: str) -> None:
        """See whether the model is there, which AllTalk loads by itself; keep a connection ready while it is in use."""
        await super().warm(voice)
        if self._server.loading:
            await self._server.look()

    async def probe(self) -> None:
        """See that it is there and has a model, which costs nothing."""
        await super().probe()
        self._server.refuse_empty()

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Speak; left early, the server is told to stop, unless it may be speaking for somebody else."""
        voice = self.voice(utterance.voice)
        if len(utterance.text) > self._settings.max_chars:
            raise UtteranceRejected(f"longer than {self._settings.max_chars} characters", provider=self.name)
        self.speaking()
        async with AsyncExitStack() as opened:
            await self._stopper.settled()
            try:
                await self._server.ready()
                body = await self._body(utterance, voice, opened)
                stream = await decoded(body, Decoder(self.name))
            except ProviderError:
                self._server.doubt()
                raise
            yield stream

    async def aclose(self) -> None:
        """End the watching, whatever is being spoken, and the telling to stop."""
        await self._stopper.aclose()
        await super().aclose()

    async def _body(self, utterance: Utterance, voice: Voice, opened: AsyncExitStack) -> AsyncIterator[bytes]:
        """Have it spoken and return the audio, which is there until `opened` is left."""
        settings, facts = self._settings, self._server.facts
        if not streams(utterance, settings, facts):
            path = await self._made(whole_form(utterance, voice, settings, facts))
            return (await opened.enter_async_context(self.api.request("GET", path))).body
        query = streamed_query(utterance, voice, settings, facts)
        return await opened.enter_async_context(self._streamed(query))

    @asynccontextmanager
    async def _streamed(self, query: dict[str, str]) -> AsyncIterator[WatchedBody]:
        async with self.api.request("GET", "api/tts-generate-streaming", query=query) as reply:
            body = WatchedBody(reply.body)
            try:
                yield body
            finally:
                if not body.ended:
                    await self._stop(None if body.stalled else body)

    async def _made(self, form: dict[str, str]) -> str:
        """Have a file made and return its path on the server."""
        try:
            async with self.api.request("POST", "api/tts-generate", form=form) as reply:
                answer = await reply.body.whole(MAX_ANSWER_BYTES)
        except (asyncio.CancelledError, ProviderTimeout):
            # An engine that streams looks for the stop only while it streams, and so would stop a later utterance.
            if not self._server.facts.streams:
                await self._stop()
            raise
        return self._path(answer)

    async def _stop(self, body: WatchedBody | None = None) -> None:
        if self._settings.concurrency == 1:
            await self._stopper.stop(body)

    def _path(self, answer: bytes) -> str:
        """Return where the audio lies. An address may name the server as its owner did, so only its path is taken."""
        if not answer:
            raise NoAudio(provider=self.name)
        try:
            said = json.loads(answer.decode(errors="replace"))  # an error of strict decoding shows all of it
        except (ValueError, RecursionError) as error:
            raise BadAudio("an answer that is no JSON", provider=self.name) from error
        if not isinstance(said, dict) or said.get("status") != MADE:
            raise BadAudio("it says that it made no audio", provider=self.name)
        try:
            path = urlsplit(str(said.get("output_file_url") or "")).path
        except ValueError:
            path = ""
        if not path.strip("/"):
            raise BadAudio("an answer that names no file", provider=self.name)
        return path


def _judged(refusal: Refusal, provider: str) -> ProviderError | None:
    """Return what only this API means: there are no keys, and a file that it may not write is its own trouble."""
    if refusal.status == 403 and FAILED in refusal.words:
        return ProviderUnavailable(refusal.detail, provider=provider)
    return None


def build(name: str, settings: AllTalkSettings, context: AdapterContext) -> AllTalkAdapter:
    """Return the adapter; opens nothing."""
    return AllTalkAdapter(name, settings, context)
