"""What is known of one AllTalk server, and asking it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wyoming_tts.adapters.remote.alltalk.facts import Facts, facts_of
from wyoming_tts.adapters.remote.alltalk.voice_list import listed
from wyoming_tts.errors import ProviderTimeout, ProviderUnavailable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wyoming_tts.net.api_client import ApiClient
    from wyoming_tts.speech.voice import Voice
    from wyoming_tts.telemetry.clock import Clock

LOOK_AGAIN_S = 0.5
"""While a model is loaded, which takes from 2 s to half a minute."""
MAX_STATE_BYTES = 1_000
"""`Ready` or `Unloaded`."""


class AllTalkServer:
    """Looked at when voices are listed, and again before the next utterance once something has failed."""

    def __init__(self, api: ApiClient, clock: Clock, *, patience_s: float) -> None:
        """`patience_s` bounds the waiting for a model."""
        self.facts = Facts()
        self.loading = False
        """It was loading its model when it was last asked."""
        self._api = api
        self._clock = clock
        self._patience_s = patience_s
        self._doubted = True

    def doubt(self) -> None:
        """Something failed: its engine or model may not be what it was."""
        self._doubted = True

    async def look(self) -> None:
        """Ask what is loaded. Raises ProviderError."""
        async with self._api.request("GET", "api/ready") as reply:
            state = (await reply.body.whole(MAX_STATE_BYTES)).strip(b'" \r\n').lower()
        if state not in {b"ready", b"unloaded"}:
            raise ProviderUnavailable("it does not answer as AllTalk does; check its address", provider=self._provider)
        self.loading = state == b"unloaded"
        settings = await self._api.json("GET", "api/currentsettings")
        if not isinstance(settings, dict):
            raise ProviderUnavailable("it has no settings of AllTalk's; check its version", provider=self._provider)
        self.facts = facts_of(settings)
        self._doubted = False

    async def voices(self, languages: Sequence[str], house: str) -> Sequence[Voice]:
        """Ask for everything; `languages` are the owner's word, `house` is the language of the house."""
        await self.look()
        body = await self._api.json("GET", "api/voices") if self.facts.many_voices else None
        return listed(body, self.facts, languages, house)

    async def ready(self) -> None:
        """Return once it can speak, at once unless there is doubt. Raises ProviderError where it cannot."""
        if not (self._doubted or self.loading):
            return
        began = self._clock.now()
        await self.look()
        while self.loading:
            if self._clock.now() - began >= self._patience_s:
                raise ProviderTimeout("it is still loading its model", provider=self._provider)
            await self._clock.sleep(LOOK_AGAIN_S)
            await self.look()
        self.refuse_empty()

    def refuse_empty(self) -> None:
        """Raise ProviderUnavailable where it has nothing to speak with."""
        if self.loading:
            raise ProviderUnavailable("it is loading its model", provider=self._provider)
        if not self.facts.has_model:
            raise ProviderUnavailable("no model is loaded there", provider=self._provider)

    @property
    def _provider(self) -> str:
        return self._api.provider
