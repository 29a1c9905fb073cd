"""What servers say when they refuse, in every shape that is in use, becomes a failure made of facts."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from wyoming_tts.errors import (
    BadCredentials,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    UtteranceRejected,
)
from wyoming_tts.net.refusal import MAX_BODY_BYTES, MAX_WAIT_S, Refusal, failure_of, refusal_of

NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)
SENTENCE = "You said: my secret text"


def refused(status: int, body: object = None, **headers: str) -> Refusal:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return refusal_of(status, named, raw, now=NOW)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"error": {"message": SENTENCE, "type": "invalid_request_error", "code": "bad_voice"}}, 2),
        ({"error": {"message": SENTENCE, "type": "server_error", "code": None, "param": None}}, 1),
        ({"error": {"message": SENTENCE, "code": 40_001}}, 0),
        ({"error": SENTENCE}, 0),
        ({"error": "model_not_found"}, 1),
        ({"detail": SENTENCE}, 0),
        ({"detail": {"status": "quota_exceeded", "message": SENTENCE}}, 1),
        ({"detail": {"type": "rate_limit_error", "code": "rate_limit_exceeded", "message": SENTENCE}}, 2),
        ({"detail": [{"type": "string_too_long", "loc": ["body", "text"], "msg": SENTENCE, "input": SENTENCE}]}, 1),
        ({"detail": [SENTENCE, {"type": "missing"}, None, {"type": "fourth"}]}, 1),
        ({"status": "error", "message": SENTENCE}, 1),
        ({"status": "error", "code": "error"}, 1),
        ([{"type": "x"}], 0),
        (SENTENCE, 0),
        (None, 0),
        ({"error": {"type": ["a"], "code": {"b": 1}}}, 0),
        ({"error": {"code": "a word with blanks"}}, 0),
        ({"error": {"code": "x" * 61}}, 0),
        (b"<html>" + SENTENCE.encode(), 0),
        (b"\xff\xfe", 0),
        (b"[" * 100_000, 0),
        (b'{"error": {"code": ' + b"9" * 5_000 + b"}}", 0),
        (b"", 0),
    ],
)
def test_every_shape_gives_its_code_words_and_never_its_sentences(body: object, words: int) -> None:
    refusal = refused(418, body)
    assert len(refusal.words) == words
    assert "secret" not in refusal.detail
    assert refusal.detail == " ".join(["HTTP 418", *refusal.words])


def test_a_body_that_is_too_long_is_not_read_at_all() -> None:
    body = json.dumps({"error": {"code": "late"}, "filler": "x" * MAX_BODY_BYTES}).encode()
    assert refused(400, body).words == ()


def test_words_keep_their_order_and_the_detail_is_short() -> None:
    body = {"error": {"code": "second", "type": "first", "status": "third"}, "detail": {"code": "fourth"}}
    refusal = refused(400, body)
    assert refusal.words == ("first", "second", "third", "fourth")
    assert refusal.detail == "HTTP 400 first second third"


@pytest.mark.parametrize("word", ["sk-1234567890", "1234567890", "x_sk-1234567890", "34567890"])
def test_a_word_that_quotes_the_key_is_dropped(word: str) -> None:
    refusal = Refusal(401, (word, "bad_key")).without(["Bearer", "sk-1234567890"])
    assert refusal.words == ("bad_key",)


def test_short_words_are_no_secrets() -> None:
    assert Refusal(400, ("voice", "a")).without(["v1", "voice-of-mine"]).words == ("voice", "a")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": {"type": "invalid_request_error"}}, UtteranceRejected),
        (401, None, BadCredentials),
        (402, None, QuotaExhausted),
        (403, None, BadCredentials),
        (404, None, ProviderUnavailable),
        (404, {"detail": "Not Found"}, ProviderUnavailable),
        (404, {"error": {"code": "voice_not_found"}}, UtteranceRejected),
        (405, None, ProviderUnavailable),
        (408, None, ProviderTimeout),
        (413, None, UtteranceRejected),
        (422, {"detail": [{"type": "missing"}]}, UtteranceRejected),
        (429, None, RateLimited),
        (429, {"error": {"code": "insufficient_quota"}}, QuotaExhausted),
        (401, {"detail": {"status": "quota_exceeded"}}, QuotaExhausted),
        (500, None, ProviderUnavailable),
        (503, {"error": "overloaded"}, ProviderUnavailable),
        (504, None, ProviderTimeout),
        (304, None, ProviderUnavailable),
        (599, None, ProviderUnavailable),
    ],
)
def test_a_status_becomes_the_failure_that_says_what_to_do(
    status: int, body: object, kind: type[ProviderError]
) -> None:
    failure = failure_of(refused(status, body), "mine")
    assert type(failure) is kind
    assert failure.provider == "mine"
    assert f"HTTP {status}" in str(failure)


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"Retry_After": "7"}, 7.0),
        ({"Retry_After": " 0.5 "}, 0.5),
        ({"Retry_After": "-3"}, 0.0),
        ({"Retry_After": "Sun, 22 Nov 2026 12:00:30 GMT"}, 30.0),
        ({"Retry_After": "Sun, 22 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"Retry_After": "Sun, 22 Nov 2026 12:00:30 -0000"}, None),
        ({"Retry_After": "Mon, 01 Jan 99999999999999 00:00:00 GMT"}, None),
        ({"Retry_After": "Mon, 01 Jan 9999 00:00:00 GMT"}, MAX_WAIT_S),
        ({"Retry_After": "soon"}, None),
        ({"Retry_After": "nan"}, None),
        ({"Retry_After": "inf"}, MAX_WAIT_S),
        ({"Retry_After": "1e400"}, MAX_WAIT_S),
        ({"Retry_After": "9" * 400}, MAX_WAIT_S),
        ({"Retry_After": ""}, None),
        ({"retry_after_ms": "250"}, 0.25),
        ({"retry_after_ms": "250", "Retry_After": "9"}, 0.25),
        ({"retry_after_ms": "soon", "Retry_After": "9"}, 9.0),
        ({"retry_after_ms": "nan", "Retry_After": "9"}, 9.0),
        ({}, None),
    ],
)
def test_when_to_come_back_is_understood_or_left_alone(headers: dict[str, str], wait_s: float | None) -> None:
    refusal = refused(429, None, **headers)
    assert refusal.retry_after_s == wait_s
    assert failure_of(refusal, "mine").retry_after_s == wait_s
