"""The model, the account, the settings, the code words."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.fakes.elevenlabs_cloud import cloud
from wyoming_tts.adapters.credit import Credit
from wyoming_tts.adapters.remote.elevenlabs.account import Account
from wyoming_tts.adapters.remote.elevenlabs.errors import (
    FormatRefused,
    NotPermitted,
    failure_of_close,
    failure_of_message,
    judge,
)
from wyoming_tts.adapters.remote.elevenlabs.settings import ElevenLabsSettings
from wyoming_tts.adapters.remote.elevenlabs.speech_model import model_of
from wyoming_tts.errors import (
    BadCredentials,
    ProviderUnavailable,
    QuotaExhausted,
    RateLimited,
    SpeechCutOff,
    UtteranceRejected,
)
from wyoming_tts.net.refusal import Refusal


def test_a_model_is_what_its_list_says() -> None:
    listed = {"model_id": "eleven_x", "maximum_text_length_per_request": 700, "can_use_speaker_boost": False}
    listed |= {"languages": [{"language_id": "pt-br"}, {"language_id": "en"}, 3], "token_cost_factor": 0.25}
    model = model_of("eleven_x", [None, {"model_id": "other"}, listed])
    assert (model.languages, model.max_chars, model.credits_per_char) == (("pt-BR", "en"), 700, 0.25)
    assert model.lacks == {"use_speaker_boost"}


@pytest.mark.parametrize("listing", [None, {}, [], [7], [{"model_id": "eleven_flash_v2_5", "languages": 3}]])
def test_without_a_list_the_published_facts_hold(listing: object) -> None:
    model = model_of("eleven_flash_v2_5", listing)
    assert (model.max_chars, model.credits_per_char) == (40_000, 0.5)
    assert model_of("eleven_multilingual_v2", listing).max_chars == 10_000
    assert model_of("something_else", listing).max_chars == 5_000


@pytest.mark.parametrize(
    ("model", "able"),
    [
        ("eleven_flash_v2_5", True),
        ("eleven_multilingual_v2", True),
        ("eleven_monolingual_v1", True),
        ("eleven_v3", False),
        ("eleven_v3_conversational", False),
        ("eleven_v4", False),
    ],
)
def test_which_models_run_on_and_take_text_streams(model: str, *, able: bool) -> None:
    assert model_of(model).stitches is able
    assert model_of(model).takes_text_streams is able


def test_a_language_is_told_to_models_that_want_to_know() -> None:
    listing = [{"model_id": name, "languages": [{"language_id": "de"}]} for name in ("eleven_flash_v2_5", "eleven_v3")]
    assert model_of("eleven_flash_v2_5", listing).language_code("de-AT") == "de"
    assert model_of("eleven_flash_v2_5", listing).language_code("fr") is None
    assert model_of("eleven_flash_v2_5", listing).language_code("") is None
    assert model_of("eleven_v3", listing).language_code("de") is None


def test_an_account_counts_down() -> None:
    account = Account()
    account.spend(5)
    assert account.credit is None
    account.learn(
        {"character_count": 990, "character_limit": 1_000, "next_character_count_reset_unix": 60}, now_unix_s=50
    )
    assert account.credit == Credit(10, 1_000, 10.0)
    account.spend(2.5)
    assert account.credit == Credit(7, 1_000, 10.0)
    account.spend(100)
    assert account.credit == Credit(0, 1_000, 10.0)
    account.learn(None)
    account.learn({"character_count": "many"})
    assert account.credit == Credit(0, 1_000, 10.0)


def test_what_a_character_costs_stays_known_while_it_counts_down() -> None:
    account = Account()
    account.learn({"character_count": 0, "character_limit": 10}, per_char=0.5)
    account.spend(2.5)
    assert account.credit == Credit(7, 10, per_char=0.5)


def test_where_more_than_the_plans_credits_may_be_used_they_are_no_limit() -> None:
    account = Account()
    told = {"character_count": 1_000, "character_limit": 1_000}
    account.learn(told)
    assert account.credit == Credit(0, 1_000)
    account.learn(told | {"allowed_to_extend_character_limit": True})
    assert account.credit is None


def test_the_best_format_is_hoped_for_until_it_is_refused() -> None:
    account = Account()
    assert account.output_format == "pcm_44100"
    account.learn({"tier": "free"})
    assert account.output_format == "pcm_24000"
    account.learn({"tier": "pro"})
    assert account.output_format == "pcm_44100"
    assert account.refuse("pcm_44100")
    assert account.output_format == "pcm_24000"
    assert not account.refuse("pcm_24000")


@pytest.mark.parametrize(
    ("status", "words", "kind"),
    [
        (401, ("quota_exceeded",), QuotaExhausted),
        (401, ("authentication_error", "invalid_api_key"), BadCredentials),
        (401, ("missing_permissions",), NotPermitted),
        (401, ("detected_unusual_activity",), BadCredentials),
        (402, ("payment_required", "paid_plan_required"), UtteranceRejected),
        (403, ("output_format_not_allowed",), FormatRefused),
        (429, ("rate_limit_error", "rate_limit_exceeded"), RateLimited),
        (429, ("system_busy",), RateLimited),
        (400, ("max_character_limit_exceeded",), UtteranceRejected),
        (404, ("not_found", "voice_not_found"), UtteranceRejected),
    ],
)
def test_code_words_of_http(status: int, words: tuple[str, ...], kind: type[Exception]) -> None:
    assert type(judge(Refusal(status, words), "cloud")) is kind


def test_too_many_requests_of_ones_own_pass_in_a_moment() -> None:
    for word in ("too_many_concurrent_requests", "concurrent_limit_exceeded"):
        error = judge(Refusal(429, (word,)), "cloud")
        assert isinstance(error, RateLimited)
        assert error.retry_after_s == 1.0
    told = judge(Refusal(429, ("concurrent_limit_exceeded",), 4.0), "cloud")
    assert told is not None
    assert told.retry_after_s == 4.0


def test_what_has_no_words_of_its_own_is_judged_as_usual() -> None:
    assert judge(Refusal(422, ("missing",)), "cloud") is None
    assert judge(Refusal(500), "cloud") is None


def test_messages_and_ends_of_a_websocket() -> None:
    said = failure_of_message({"message": "Secret text.", "error": "quota_exceeded", "code": 1008}, "cloud")
    assert isinstance(said, QuotaExhausted)
    assert said.detail == "websocket quota_exceeded"
    assert "Secret" not in str(failure_of_message({"message": "Secret", "error": "Secret text is bad"}, "cloud"))
    assert isinstance(failure_of_message({"error": "input_timeout_exceeded"}, "cloud"), ProviderUnavailable)
    assert isinstance(failure_of_close(1008, "cloud", heard=False), ProviderUnavailable)
    assert isinstance(failure_of_close(1006, "cloud", heard=True), SpeechCutOff)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"api_key": "k", "model": "a/b"},
        {"api_key": "k", "stability": 1.5},
        {"api_key": "k", "output_format": "wav"},
        {"api_key": "k", "voices": [{"voice": "x", "name": "a/b"}]},
        {"api_key": "k", "seed": -1},
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        ElevenLabsSettings.model_validate({"type": "elevenlabs", **wrong})


def test_the_settings_begin_with_little() -> None:
    settings = ElevenLabsSettings.model_validate({"type": "elevenlabs", "api_key": "k"})
    assert (settings.base_url, settings.model) == ("https://api.elevenlabs.io", "eleven_flash_v2_5")
    assert settings.voice_settings == {}


async def test_a_list_of_errors_is_an_utterance_rejected() -> None:
    async with cloud() as subject:
        with pytest.raises(UtteranceRejected):
            await subject.adapter.api.json("POST", "v1/text-to-speech/x/stream", json={}, query={"output_format": "x"})
