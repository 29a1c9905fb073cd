"""What the owner of a house reads when nobody could speak."""

from wyoming_tts.errors import AllProvidersFailed, BadCredentials, ProviderTimeout, ProviderUnavailable


def test_each_provider_is_named_once_with_its_last_cause() -> None:
    failures = [
        ProviderTimeout(provider="elevenlabs"),
        ProviderTimeout("after 3 s", provider="piper"),
        BadCredentials("HTTP 401", provider="elevenlabs"),
        ProviderUnavailable(provider="espeak"),
    ]
    error = AllProvidersFailed(failures)
    assert str(error) == (
        "Nobody could speak: elevenlabs refused the key; piper was too slow; espeak is not available."
    )
    assert error.failures == tuple(failures)


def test_a_house_without_a_voice_says_so() -> None:
    assert str(AllProvidersFailed([])) == "Nobody could speak: no voice is available."


def test_the_sentence_stays_short_however_many_fail() -> None:
    sentence = str(AllProvidersFailed([ProviderTimeout(provider=f"{number}" * 40) for number in range(10, 30)]))
    assert sentence.endswith("; and 17 more failed.")
    assert len(sentence) <= 300
    assert len(str(AllProvidersFailed([ProviderTimeout(provider=name * 64) for name in "abcdefgh"]))) <= 300
    assert len(str(AllProvidersFailed([ProviderTimeout(provider="x" * 1000)]))) <= 300
