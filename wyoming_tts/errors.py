# long: one tree, read as a whole
"""The one exception tree: every failure carries its policy, and no decision is taken on a message's text.

The text of each is safe to show and to log.

TtsError
├── ConfigError                 the owner's settings cannot be used
├── RequestError                the client's fault, never tried elsewhere
│   ├── BadRequest
│   ├── EmptyText               nothing to say (HTTP only: Wyoming answers with silence)
│   ├── TextTooLong
│   └── UnknownVoice            only where the owner asked for an error instead of the default voice
├── OverloadedError             no room for this request now
├── AllProvidersFailed          every link of the chain failed
└── ProviderError               one provider failed; class attributes say what to do about it
    ├── ProviderUnavailable     refused, gone, not started
    ├── ProviderTimeout         a budget of time ran out
    ├── RateLimited             asked to slow down
    ├── QuotaExhausted          no credit left at the provider
    │   └── BudgetExhausted     the owner's own budget for it is used up
    ├── BadCredentials          key refused
    ├── UtteranceRejected       this text, voice or option is not accepted there
    ├── ModelTooLarge           does not fit the memory budget
    ├── BadAudio                what came is not speech
    │   └── NoAudio             nothing came
    ├── CircuitOpen             not tried: it failed too often just now
    ├── ProviderBusy            not tried: others were before, and it would have come too late
    └── SpeechCutOff            ended in the middle of its audio
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence


MAX_CAUSES_CHARS = 270
"""Of the causes in the sentence that says that nobody could speak, which then stays below 300 characters."""


class TtsError(Exception):
    """A mistake within the server."""

    code: ClassVar[str] = "internal"
    http_status: ClassVar[int] = 500


class ConfigError(TtsError):
    """The owner's settings cannot be used; the text says where and what to do."""

    code = "config"


class RequestError(TtsError):
    """What the client asked cannot be done anywhere."""

    code = "bad-request"
    http_status = 400


class BadRequest(RequestError):
    """The request is malformed."""


class EmptyText(RequestError):
    """There is nothing to say."""

    code = "empty-text"


class TextTooLong(RequestError):
    """More text than one request may carry."""

    code = "text-too-long"
    http_status = 413

    def __init__(self, *, limit_chars: int) -> None:
        super().__init__(f"The text is longer than the limit of {limit_chars} characters; send it in parts.")
        self.limit_chars = limit_chars


class UnknownVoice(RequestError):
    """No voice of that name, and the owner asked for an error rather than the default voice."""

    code = "unknown-voice"
    http_status = 404

    def __init__(self) -> None:
        super().__init__("There is no such voice here; ask `describe` for the list.")


class OverloadedError(TtsError):
    """No room for this request now; trying again later may work."""

    code = "overloaded"
    http_status = 503


class ProviderError(TtsError):
    """One provider failed."""

    code = "provider-error"
    http_status = 502
    retryable: ClassVar[bool] = False
    """The same link may be tried again before its first audio."""
    trips_breaker: ClassVar[bool] = True
    """Counts against the provider's health."""
    opens_at_once: ClassVar[bool] = False
    """One such failure opens the circuit; of the others it takes two in a row."""
    heals: ClassVar[bool] = True
    """Time may mend it; otherwise the circuit stays open until something has changed or `retry_after_s` is over."""
    fall_back: ClassVar[bool] = True
    """The next link carries on."""
    sentence: ClassVar[str] = "failed"

    def __init__(self, detail: str = "", *, provider: str, retry_after_s: float | None = None) -> None:
        super().__init__(f"{provider} {self.sentence}" + (f" ({detail})" if detail else ""))
        self.provider = provider
        self.detail = detail  # facts for the owner: never the spoken text, never a secret
        self.retry_after_s = retry_after_s
        """When trying again makes sense, in seconds from now, where the provider said so."""


class ProviderUnavailable(ProviderError):
    """Refused, gone or not started."""

    code = "provider-unavailable"
    http_status = 503
    retryable = True
    opens_at_once = True
    sentence = "is not available"


class ProviderTimeout(ProviderError):
    """It was too slow."""

    code = "provider-timeout"
    http_status = 504
    sentence = "was too slow"


class RateLimited(ProviderError):
    """The provider asked to slow down; its circuit stays open for as long as it said."""

    code = "rate-limited"
    http_status = 503
    retryable = True
    sentence = "asks to slow down"


class QuotaExhausted(ProviderError):
    """No credit is left at the provider."""

    code = "quota-exhausted"
    http_status = 503
    opens_at_once = True
    heals = False
    sentence = "has no credit left"


class BudgetExhausted(QuotaExhausted):
    """The owner's own budget for the provider is used up; nothing is wrong with the provider."""

    code = "budget-exhausted"
    trips_breaker = False
    opens_at_once = False
    sentence = "has used up its budget"


class BadCredentials(ProviderError):
    """The provider refused the key."""

    code = "bad-credentials"
    opens_at_once = True
    heals = False
    sentence = "refused the key"


class UtteranceRejected(ProviderError):
    """The provider does not accept this text, voice or option; another one may."""

    code = "utterance-rejected"
    trips_breaker = False
    sentence = "did not accept the utterance"


class ModelTooLarge(ProviderError):
    """The model does not fit the memory budget of the workers."""

    code = "model-too-large"
    http_status = 503
    trips_breaker = False
    sentence = "does not fit the memory budget"


class BadAudio(ProviderError):
    """What the provider sent is not speech."""

    code = "bad-audio"
    sentence = "sent damaged audio"


class NoAudio(BadAudio):
    """The provider ended in order without a sound."""

    code = "no-audio"
    sentence = "made no sound"


class CircuitOpen(ProviderError):
    """Not tried, since it failed too often just now."""

    code = "circuit-open"
    http_status = 503
    trips_breaker = False
    sentence = "is paused after failures"


class ProviderBusy(ProviderError):
    """Not tried, since it speaks for so many others that it would have come too late; nothing is wrong with it."""

    code = "provider-busy"
    http_status = 503
    trips_breaker = False
    sentence = "speaks for others"


class SpeechCutOff(ProviderError):
    """Ended in the middle of its audio."""

    code = "speech-cut-off"
    sentence = "stopped in the middle"


class AllProvidersFailed(TtsError):
    """Every voice of the chain failed.

    `failures` are in the order they happened; the sentence names each provider once, with what went wrong there last.
    """

    code = "all-providers-failed"
    http_status = 503

    def __init__(self, failures: Sequence[ProviderError]) -> None:
        causes = {failure.provider: f"{failure.provider[:64]} {failure.sentence}" for failure in failures}
        super().__init__(f"Nobody could speak: {_listed(list(causes.values()))}.")
        self.failures = tuple(failures)


def _listed(causes: Sequence[str]) -> str:
    """Return as many causes as a client can be expected to show, and how many more there are."""
    if not causes:
        return "no voice is available"
    for count in range(len(causes), 1, -1):
        more = len(causes) - count
        listed = "; ".join([*causes[:count], *([f"and {more} more failed"] if more else [])])
        if len(listed) <= MAX_CAUSES_CHARS:
            return listed
    return causes[0]
