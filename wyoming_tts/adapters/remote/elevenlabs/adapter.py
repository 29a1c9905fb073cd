"""Speaks through ElevenLabs: by HTTP, and by one websocket for each answer that is still being written."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, Any

import structlog

from wyoming_tts.adapters.base import Capabilities
from wyoming_tts.adapters.remote.elevenlabs.account import Account
from wyoming_tts.adapters.remote.elevenlabs.alignment import Alignment
from wyoming_tts.adapters.remote.elevenlabs.errors import FormatRefused, NoSuchAddress, NotPermitted, judge
from wyoming_tts.adapters.remote.elevenlabs.listing import if_permitted, voice_entries
from wyoming_tts.adapters.remote.elevenlabs.marked_stream import marked_stream
from wyoming_tts.adapters.remote.elevenlabs.session import Session, SessionOptions
from wyoming_tts.adapters.remote.elevenlabs.sessions import Sessions
from wyoming_tts.adapters.remote.elevenlabs.speech_model import model_of
from wyoming_tts.adapters.remote.elevenlabs.speech_request import SpeechRequest
from wyoming_tts.adapters.remote.elevenlabs.timed_audio import TimedAudio, bytes_per_s
from wyoming_tts.adapters.remote.elevenlabs.timed_body import TimedBody
from wyoming_tts.adapters.remote.elevenlabs.voice_list import found, voices_of, voices_unheard
from wyoming_tts.adapters.remote.http_adapter import HttpAdapter
from wyoming_tts.audio.decode import Decoder
from wyoming_tts.audio.decoded import decoded
from wyoming_tts.errors import BadCredentials, ProviderUnavailable, UtteranceRejected

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from wyoming_tts.adapters.context import AdapterContext
    from wyoming_tts.adapters.credit import Credit
    from wyoming_tts.adapters.remote.elevenlabs.settings import ElevenLabsSettings
    from wyoming_tts.net.reply import Reply
    from wyoming_tts.speech.audio import AudioStream
    from wyoming_tts.speech.utterance import Utterance
    from wyoming_tts.speech.voice import Voice

IDLE_S = 30.0
"""Between two texts of one answer: a tool that is asked meanwhile mostly answers sooner. Idle costs nothing there."""
LULL_S = 1.5
"""Within a text audio comes several times faster than it plays."""

SETTLE_S = 0.15
"""Its listener has more than that in hand; a gap within the audio of a text is shorter."""
UNTIMED_PIECES = 4
"""Audio without any times by HTTP, after which none are asked for."""
SOCKET_FORMATS = frozenset({"auto", "pcm_16000", "pcm_22050", "pcm_24000", "pcm_44100"})
"""Of a codec the texts' audio could not be told apart, and `pcm_48000` is not among a websocket's formats."""

log = structlog.get_logger(__name__)


class ElevenLabsAdapter(HttpAdapter):
    """Learns by trying what the plan and the server have, and does not try again what was refused."""

    def __init__(
        self,
        name: str,
        settings: ElevenLabsSettings,
        context: AdapterContext,
        *,
        idle_s: float = IDLE_S,
        lull_s: float = LULL_S,
        settle_s: float = SETTLE_S,
    ) -> None:
        endpoint = settings.endpoint(name, {"xi-api-key": settings.api_key.get_secret_value()})
        super().__init__(endpoint, context, judge=judge)
        self._settings = settings
        self._model = model_of(settings.model)
        self._account = Account()
        self._has_times = settings.word_times
        self._has_sockets = settings.websocket and settings.word_times
        self._is_local = settings.stays_here
        options = SessionOptions(idle_s, lull_s, settle_s, self._spend, self._do_without_sockets)
        self._sessions = Sessions(name, lambda: Session(self.api, context.clock, options))

    @property
    def capabilities(self) -> Capabilities:
        """What the plan, the model and the server were found to have."""
        return Capabilities(
            streams=True,
            marks=self._has_times,
            concurrency=self._settings.concurrency,
            minds_context=self._model.stitches,
            one_breath=self._can_run_on,
            max_chars=self._model.max_chars,
            free=False,
            local=self._is_local,
        )

    @property
    def credit(self) -> Credit | None:
        """What is left of the credits, where the key may ask."""
        return self._account.credit

    async def list_voices(self) -> Sequence[Voice]:
        """Ask for the voices, the model and the credits; one can do without the last two."""
        chosen = self._settings.voices
        entries: list[Any] | None = None
        try:
            entries = await voice_entries(self.api)
        except NotPermitted:
            if not chosen:
                raise
        listed = await if_permitted(self.api, "v1/models")
        if listed is not None:
            self._model = model_of(self._settings.model, listed)
        subscription = await if_permitted(self.api, "v1/user/subscription")
        self._account.learn(subscription, per_char=self._model.credits_per_char)
        if entries is None:
            return voices_unheard(chosen, self._model)
        return await asyncio.to_thread(voices_of, entries, self._model, chosen)

    def accepts(self, voice: str) -> bool:
        """Whether a voice goes by that name or id."""
        return found(self.voices(), voice) is not None

    def voice(self, name: str) -> Voice:
        """Return the voice of that name or id; raises UtteranceRejected where there is none."""
        voice = found(self.voices(), name)
        if voice is None:
            raise UtteranceRejected("no such voice", provider=self.name)
        return voice

    @asynccontextmanager
    async def synthesize(self, utterance: Utterance) -> AsyncIterator[AudioStream]:
        """Speak; left, its request or its websocket is closed, unless all has come."""
        if self._closed:
            raise ProviderUnavailable("it is closed", provider=self.name)
        voice_id = self.voice(utterance.voice).version or utterance.voice
        self.speaking()
        async with AsyncExitStack() as contexts:
            yield await self._speak(contexts, utterance, voice_id)

    def answered(self, answer_id: str) -> None:
        """Close the answer's websocket."""
        self._sessions.answered(answer_id)

    async def aclose(self) -> None:
        """End the watching and every websocket."""
        await super().aclose()
        await self._sessions.aclose()

    def _request(self, utterance: Utterance, voice_id: str) -> SpeechRequest:
        wanted = self._settings.output_format
        output_format = self._account.output_format if wanted == "auto" else wanted
        request = SpeechRequest(utterance, voice_id, self._settings, self._model, output_format)
        if not request.text.strip():
            raise UtteranceRejected("nothing but markup", provider=self.name)
        return request

    def _runs_on(self, utterance: Utterance) -> bool:
        """Whether more is to follow in the same breath, and can."""
        return utterance.streamed and bool(utterance.answer_id) and self._can_run_on

    @property
    def _can_run_on(self) -> bool:
        able = self._model.takes_text_streams and self._settings.output_format in SOCKET_FORMATS
        return able and self._has_sockets

    async def _speak(self, contexts: AsyncExitStack, utterance: Utterance, voice_id: str) -> AudioStream:
        """Try a websocket where more is to follow; where it is refused HTTP also says more clearly why."""
        barred = False
        if self._runs_on(utterance):
            request = self._request(utterance, voice_id)
            turn = await contexts.enter_async_context(self._sessions.turn(request))
            try:
                return await marked_stream(turn, Decoder(self.name, pcm=request.pcm))
            except FormatRefused:
                if not self._refuse(request):
                    raise
            except (UtteranceRejected, BadCredentials, ProviderUnavailable) as error:
                if not turn.at_door:
                    raise
                barred = not isinstance(error, ProviderUnavailable) or isinstance(error, NoSuchAddress)
        stream = await self._by_http(contexts, utterance, voice_id)
        if barred:  # and not the voice, the key or the whole server, which HTTP would have been refused for, too
            self._do_without_sockets()
        return stream

    async def _by_http(self, contexts: AsyncExitStack, utterance: Utterance, voice_id: str) -> AudioStream:
        timed = self._has_times
        while True:
            request = self._request(utterance, voice_id)
            try:
                reply = await contexts.enter_async_context(
                    self.api.request(
                        "POST", request.http_path(timed=timed), json=request.http_body, query=request.http_query
                    )
                )
            except FormatRefused:
                if not self._refuse(request):
                    raise
            except NoSuchAddress:
                if not timed:
                    raise
                timed = False
            else:
                if not timed:  # it is only the times that are not there
                    self._do_without_times()
                return await self._stream(contexts, request, reply, timed=timed)

    async def _stream(
        self, contexts: AsyncExitStack, request: SpeechRequest, reply: Reply, *, timed: bool
    ) -> AudioStream:
        self._charge(request.text, reply.header("character-cost"))
        decoder = Decoder(self.name, pcm=request.pcm)
        if not timed:
            return await decoded(reply.body, decoder)
        alignment = Alignment(request.text)
        audio = TimedAudio(alignment, bytes_per_s=bytes_per_s(request.output_format), provider=self.name)
        contexts.callback(self._note_times, audio)
        return await marked_stream(TimedBody(reply.body, audio, provider=self.name), decoder)

    def _refuse(self, request: SpeechRequest) -> bool:
        """Remember that the plan lacks the format; whether there is another one to ask for."""
        return self._settings.output_format == "auto" and self._account.refuse(request.output_format)

    def _do_without_sockets(self) -> None:
        if self._has_sockets:
            self._has_sockets = False
            log.info("text streams are spoken sentence by sentence", provider=self.name, model=self._model.id)

    def _do_without_times(self) -> None:
        if self._has_times:
            self._has_times = False
            log.info("no word times here", provider=self.name)

    def _note_times(self, audio: TimedAudio) -> None:
        """Ask for no times any more where audio came without: none come for this model."""
        if audio.pieces >= UNTIMED_PIECES and not audio.alignment.seen:
            self._has_times = False

    def _spend(self, text: str) -> None:
        self._account.spend(len(text) * self._model.credits_per_char)

    def _charge(self, text: str, told: str) -> None:
        """Take off what the server says, or what is usual."""
        if told.isascii() and told.isdigit() and len(told) < 10:
            self._account.spend(int(told))
        else:
            self._spend(text)


def build(name: str, settings: ElevenLabsSettings, context: AdapterContext) -> ElevenLabsAdapter:
    """Return the adapter; opens nothing."""
    return ElevenLabsAdapter(name, settings, context)
