"""eSpeak NG, the voice that always works."""

from typing import Literal

from wyoming_tts.adapters.base import Capabilities
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.local.worker import WorkerAdapter, host_for
from wyoming_tts.settings.provider import ProviderSettings
from wyoming_tts.workers.spec import WorkerSpec

CAPABILITIES = Capabilities(streams=True, marks=True, interleaves=False, concurrency=1, instant=True)


class EspeakSettings(ProviderSettings):
    """eSpeak NG: about 140 languages, no downloads, a robot's voice."""

    type: Literal["espeak"] = "espeak"
    """Which kind of engine this is."""


class EspeakAdapter(WorkerAdapter):
    """Every voice of eSpeak NG, and each of them with a variant (`en-us+f3`)."""

    def accepts(self, voice: str) -> bool:
        """Whether the voice and its variant are among those that the worker named."""
        base, plus, variant = voice.partition("+")
        return super().accepts(base) and (not plus or variant.lower() in self._info.remarks.variants)

    def is_warm(self, voice: str) -> bool:  # noqa: ARG002 - choosing another one takes a millisecond
        """Whether the worker runs: all its voices are one engine's."""
        return self.host.state == "running"


def build(name: str, settings: EspeakSettings, context: AdapterContext) -> EspeakAdapter:  # noqa: ARG001 - as every kind
    """Return the adapter. Its worker stays: 30 MB, and the last in every chain."""
    host = host_for(name, WorkerSpec("espeak"), context)
    host.pinned = True
    return EspeakAdapter(name, host, CAPABILITIES)
