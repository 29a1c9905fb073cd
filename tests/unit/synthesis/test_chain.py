"""The order in which links are tried."""

import pytest

from tests.fakes.word_adapter import Vocabulary, WordAdapter
from wyoming_tts.errors import (
    AllProvidersFailed,
    BadCredentials,
    ProviderTimeout,
    ProviderUnavailable,
    SpeechCutOff,
)
from wyoming_tts.synthesis.chain import Chain
from wyoming_tts.synthesis.provider import Link, Provider


def link(name: str) -> Link:
    adapter = WordAdapter(name, Vocabulary())
    return Link(Provider(adapter, adapter), "v")


A, B = link("a"), link("b")


def test_an_empty_chain_cannot_speak() -> None:
    with pytest.raises(AllProvidersFailed, match="no voice is available"):
        Chain([])


def test_moves_on_and_stays_with_the_link_that_worked() -> None:
    chain = Chain([A, B])
    assert not chain.is_last
    chain.fell(A, ProviderTimeout(provider="a"))
    assert chain.current is B
    assert chain.is_last
    chain.succeeded()
    assert chain.current is B


def test_a_link_that_is_no_longer_current_moves_nothing() -> None:
    chain = Chain([A, B])
    chain.fell(A, ProviderTimeout(provider="a"))
    chain.fell(A, ProviderTimeout(provider="a"))
    assert chain.current is B
    assert [error.code for error in chain.failures] == ["provider-timeout", "provider-timeout"]


@pytest.mark.parametrize("error", [ProviderUnavailable(provider="a"), SpeechCutOff(provider="a")])
def test_the_last_link_that_died_gets_one_more_chance_per_utterance(error: ProviderUnavailable | SpeechCutOff) -> None:
    chain = Chain([A])
    chain.fell(A, error)
    chain.succeeded()
    chain.fell(A, error)
    with pytest.raises(AllProvidersFailed) as failed:
        chain.fell(A, error)
    assert len(failed.value.failures) == 3


def test_the_last_link_that_cannot_is_not_asked_again() -> None:
    with pytest.raises(AllProvidersFailed, match="a refused the key"):
        Chain([A]).fell(A, BadCredentials(provider="a"))
