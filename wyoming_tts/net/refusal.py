"""What a server says when it refuses, as facts: never its sentences, which may quote the text or the key."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from wyoming_tts.errors import (
    BadCredentials,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    UtteranceRejected,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

MAX_BODY_BYTES = 64 * 1024
MAX_WORD_CHARS = 60
MIN_SECRET_CHARS = 6
"""A shorter word in a header or in a key is found in anything."""
MAX_WAIT_S = 86_400.0
"""A longer `Retry-After` is a mistake, or a month that the breaker need not know of."""

_WORD = re.compile(rf"[A-Za-z][A-Za-z0-9_.-]{{0,{MAX_WORD_CHARS - 1}}}")
_WORD_KEYS = ("type", "code", "status", "error")
_TOO_SLOW = (408, 504)
_NO_CREDIT = frozenset({"insufficient_quota", "quota_exceeded", "billing_hard_limit_reached", "insufficient_credits"})
"""Words for an empty account, whatever status they come with."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status other than success, with the code words of the body."""

    status: int
    words: tuple[str, ...] = ()
    """`error.type`, `error.code`, `detail.status` and their like, in the body's order."""
    retry_after_s: float | None = None

    @property
    def detail(self) -> str:
        """For the owner, in facts."""
        return " ".join([f"HTTP {self.status}", *self.words[:3]])

    def without(self, secrets: Iterable[str]) -> Refusal:
        """Return it without the words that hold a secret or a long part of one: some servers quote the key."""
        told = [secret for secret in secrets if len(secret) >= MIN_SECRET_CHARS]
        words = [word for word in self.words if not any(secret in word or _part(word, secret) for secret in told)]
        return replace(self, words=tuple(words))


def refusal_of(status: int, headers: Mapping[str, str], body: bytes, *, now: datetime | None = None) -> Refusal:
    """Return what the server said; understands every usual shape of an error body, and none at all."""
    try:
        parsed = json.loads(body) if len(body) <= MAX_BODY_BYTES else None
    except (ValueError, RecursionError):
        parsed = None
    words = dict.fromkeys(word for word in _words(parsed) if _WORD.fullmatch(word))
    return Refusal(status, tuple(words), _retry_after_s(headers, now or datetime.now(UTC)))


def failure_of(refusal: Refusal, provider: str) -> ProviderError:
    """Return the failure that a refusal stands for where the API has no rules of its own."""
    kind: type[ProviderError]
    status = refusal.status
    if not _NO_CREDIT.isdisjoint(refusal.words) or status == 402:
        kind = QuotaExhausted
    elif status in {401, 403}:
        kind = BadCredentials
    elif status == 429:
        kind = RateLimited
    elif status in _TOO_SLOW:
        kind = ProviderTimeout
    elif status == 407:
        return ProviderUnavailable("HTTP 407: the proxy wants a password", provider=provider)
    elif status in {404, 405} and not refusal.words:
        return ProviderUnavailable(f"HTTP {status}: there is no such API; check its address", provider=provider)
    elif 400 <= status < 500:
        kind = UtteranceRejected
    else:
        kind = ProviderUnavailable
    return kind(refusal.detail, provider=provider, retry_after_s=refusal.retry_after_s)


def _part(word: str, secret: str) -> bool:
    return len(word) >= MIN_SECRET_CHARS and word in secret


def _words(body: Any) -> Iterator[str]:
    """Yield the code words of `{"error": {...}}`, `{"detail": {...} | [{...}]}` and of a flat object."""
    if not isinstance(body, dict):
        return
    for holder in (body.get("error"), body.get("detail"), body):
        for part in holder[:3] if isinstance(holder, list) else [holder]:
            if isinstance(part, dict):
                yield from (str(part[key]) for key in _WORD_KEYS if isinstance(part.get(key), str | int))


def _retry_after_s(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return what `retry-after-ms` or `Retry-After` (seconds or a date, RFC 9110, 10.2.3) asks for."""
    for name, unit_s in (("retry-after-ms", 0.001), ("Retry-After", 1.0)):
        value = headers.get(name, "").strip()
        if not value:
            continue
        try:
            wait_s = float(value) * unit_s
        except ValueError:
            try:
                wait_s = (parsedate_to_datetime(value) - now).total_seconds()
            except (ValueError, TypeError, OverflowError):  # no date either, or one without a zone
                continue
        if wait_s == wait_s:  # noqa: PLR0124 - `nan` is a float, too
            return min(max(wait_s, 0.0), MAX_WAIT_S)
    return None
