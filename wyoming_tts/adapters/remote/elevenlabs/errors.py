"""What ElevenLabs' code words mean, whether they come with a status or in a message of a websocket."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from wyoming_tts.errors import (
    BadCredentials,
    ProviderError,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    SpeechCutOff,
    UtteranceRejected,
)
from wyoming_tts.net.refusal import Refusal, failure_of, refusal_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

OWN_REQUESTS_S = 1.0
"""Until one's own requests have ended, of which there were too many at once: nobody needs a longer rest."""
BROKEN = 1006
"""RFC 6455, 7.4.1: nobody said goodbye."""

KEY_WORDS = frozenset({"invalid_api_key", "needs_authorization", "detected_unusual_activity"})
PLAN_WORDS = frozenset({"paid_plan_required", "subscription_required"})
"""Said of a voice or an option that the plan lacks: another voice may still speak."""
TEXT_WORDS = frozenset(
    {
        "voice_not_found",
        "voice_id_does_not_exist",
        "model_not_found",
        "unsupported_model",
        "max_character_limit_exceeded",
    }
    | {"text_too_long", "language_not_supported", "invalid_voice_settings", "voice_access_denied"}
)
CROWD_WORDS = frozenset({"too_many_concurrent_requests", "concurrent_limit_exceeded"})
BUSY_WORDS = frozenset({"system_busy", "rate_limit_exceeded"})
FORMAT_WORDS = frozenset({"output_format_not_allowed", "invalid_output_format"})


class FormatRefused(UtteranceRejected):
    """The plan does not have the output format; another one it has."""


class NotPermitted(BadCredentials):
    """The key is good, but lacks the right to this."""


class NoSuchAddress(ProviderUnavailable):
    """The server does not know the address: another kind of server, or an older one."""


def judge(refusal: Refusal, provider: str) -> ProviderError | None:
    """Return what a refusal of HTTP means; None where the usual rules say it."""
    kind = _kind(refusal)
    if kind is None:
        if refusal.status in {404, 405} and not refusal.words:
            return NoSuchAddress(failure_of(refusal, provider).detail, provider=provider)
        return None
    return kind(refusal.detail, provider=provider, retry_after_s=_wait_s(refusal))


def failure_of_message(message: Mapping[str, Any], provider: str) -> ProviderError:
    """Return what `{"message": ..., "error": ..., "code": 1008}` on a websocket means."""
    refusal = refusal_of(0, {}, json.dumps(message).encode())
    kind = _kind(refusal) or ProviderUnavailable
    detail = " ".join(["websocket", *refusal.words[:3]])
    return kind(detail, provider=provider, retry_after_s=_wait_s(refusal))


def failure_of_close(code: int | None, provider: str, *, heard: bool) -> ProviderError:
    """Return what it means that a websocket was closed before all was said."""
    detail = "the connection broke" if code in {None, BROKEN} else f"websocket closed with {code}"
    return SpeechCutOff(detail, provider=provider) if heard else ProviderUnavailable(detail, provider=provider)


def _kind(refusal: Refusal) -> type[ProviderError] | None:
    known: tuple[tuple[frozenset[str], type[ProviderError]], ...] = (
        (frozenset({"quota_exceeded"}), QuotaExhausted),
        (frozenset({"missing_permissions"}), NotPermitted),
        (KEY_WORDS, BadCredentials),
        (PLAN_WORDS, UtteranceRejected),
        (FORMAT_WORDS, FormatRefused),
        (CROWD_WORDS | BUSY_WORDS, RateLimited),
        (TEXT_WORDS, UtteranceRejected),
    )
    return next((kind for words, kind in known if not words.isdisjoint(refusal.words)), None)


def _wait_s(refusal: Refusal) -> float | None:
    if refusal.retry_after_s is None and not CROWD_WORDS.isdisjoint(refusal.words):
        return OWN_REQUESTS_S
    return refusal.retry_after_s
