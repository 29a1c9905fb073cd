"""What the owner can do about a failure, by its stable code."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ADVICE: Mapping[str, str] = MappingProxyType(
    {
        "bad-audio": "Check that its address is that of a speech server, and the format it is asked for.",
        "bad-credentials": "Check its key: copy it again from the provider's page, or make a new one there.",
        "budget-exhausted": "Wait, or raise its limits in the settings; other voices speak meanwhile.",
        "model-too-large": "Raise workers.memory_mb, or choose a smaller model.",
        "no-audio": "Try another voice or model of it.",
        "no-voices": "Name some in its settings, or install some (for Piper: wyoming-tts voices download).",
        "provider-busy": "It is asked for more at once than its concurrency; raise that if its plan allows.",
        "provider-timeout": "Is the machine it runs on too slow, or asleep? Its first time may be slow: try again.",
        "provider-unavailable": "Is it running, and is its address in the settings right?",
        "quota-exhausted": "Add credit at the provider, or wait for the next month.",
        "rate-limited": "Wait a moment, and lower its concurrency in the settings if this happens often.",
        "speech-cut-off": "Try again; if it stays so, look at the log of that server.",
        "utterance-rejected": "Check its voice and its model in the settings.",
    }
)


def advice(code: str) -> str:
    """Return a sentence or two for the owner; "" for a code that nothing is known about."""
    return _ADVICE.get(code, "")
