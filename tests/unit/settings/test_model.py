from __future__ import annotations

import pytest
from pydantic import ValidationError

from tests.fakes.provider_settings import CloudSettings, PlainSettings
from wyoming_tts.settings.model import Settings
from wyoming_tts.settings.voice import HouseVoice


def voice(name: str, *chain: str) -> HouseVoice:
    return HouseVoice(name=name, language="en", chain=chain)


def test_everything_has_a_default() -> None:
    assert Settings() == Settings.model_validate({})


def test_providers_keep_what_is_their_own_and_hide_what_is_secret() -> None:
    cloud = CloudSettings.model_validate({"api_key": "canary", "base_url": "x://y"})
    settings = Settings(providers={"cloud": cloud})
    assert settings.providers["cloud"] is cloud
    assert settings.model_dump(mode="json")["providers"]["cloud"]["base_url"] == "x://y"
    assert "canary" not in f"{settings!r} {settings.model_dump_json()} {settings.model_dump()}"


@pytest.mark.parametrize("other", ["Anna", "ANNA"])
def test_two_voices_cannot_share_a_name(other: str) -> None:
    with pytest.raises(ValidationError, match=r'voices\[1\].name each voice .* "Anna" is called so already'):
        Settings(providers={"p": PlainSettings()}, voices=(voice("Anna", "p/a"), voice(other, "p/b")))


def test_a_chain_must_lead_to_a_provider() -> None:
    with pytest.raises(ValidationError, match=r'voices\[0\].chain\[1\] names the provider "q", .* there is: p'):
        Settings(providers={"p": PlainSettings()}, voices=(voice("Anna", "p/a", "q/b"),))


def test_a_default_voice_must_lead_to_a_provider() -> None:
    with pytest.raises(ValidationError, match='default_voice names the provider "q"'):
        Settings(providers={"p": PlainSettings()}, default_voice="q/a")


def test_what_is_left_out_is_known_but_no_setting() -> None:
    settings = Settings().leaving_out({"piper": "piper"})
    assert settings.left_out == {"piper": "piper"}
    assert Settings().left_out == {}
    assert "left_out" not in settings.model_dump()


def test_log_words_may_be_written_large() -> None:
    assert (
        Settings.model_validate({"telemetry": {"log_level": "DEBUG", "log_format": "JSON"}}).telemetry.log_level
        == "debug"
    )
