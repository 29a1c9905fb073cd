"""What an `error` event of another Wyoming server stands for."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from wyoming_tts.errors import (
    AllProvidersFailed,
    BadAudio,
    BadRequest,
    OverloadedError,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    RateLimited,
    TextTooLong,
    UnknownVoice,
    UtteranceRejected,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wyoming.event import Event

FAILURES: Mapping[str, type[ProviderError]] = MappingProxyType(
    {
        BadRequest.code: UtteranceRejected,
        TextTooLong.code: UtteranceRejected,
        UnknownVoice.code: UtteranceRejected,
        OverloadedError.code: RateLimited,
        AllProvidersFailed.code: ProviderUnavailable,
        **{kind.code: kind for kind in (BadAudio, ProviderTimeout, ProviderUnavailable, UtteranceRejected)},
    }
)
"""By what a server of our kind calls it."""


def failure_of(event: Event, *, provider: str, is_ours: bool) -> ProviderError:
    """Return the failure. The event's sentence goes nowhere: it may quote the utterance, or say anything else.

    A code is believed of a server of our kind only: what others mean by the same word is not known.
    """
    code = event.data.get("code")
    kind = FAILURES.get(code) if is_ours and isinstance(code, str) else None
    if kind is None:
        return ProviderUnavailable("an error of its own", provider=provider)
    return kind(str(code), provider=provider)
