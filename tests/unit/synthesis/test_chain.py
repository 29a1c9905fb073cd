"""The order in which links are tried."""

import pytest

from tests.fakes.house_parts import provider
from tests.fakes.word_adapter import Vocabulary, WordAdapter
from wyoming_tts.adapters.base import Capabilities
from wyoming_tts.errors import (
    AllProvidersFailed,
    BadCredentials,
    CircuitOpen,
    NoAudio,
    ProviderError,
    ProviderTimeout,
    ProviderUnavailable,
    SpeechCutOff,
)
from wyoming_tts.synthesis.chain import Chain
from wyoming_tts.synthesis.provider import Link


class Remote(WordAdapter):
    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(local=False)


class Final(ProviderError):
    fall_back = False


def link(name: str, kind: type[WordAdapter] = WordAdapter) -> Link:
    return Link(provider(kind(name, Vocabulary())), "v")


A, B, C = link("a"), link("b"), link("c")
REMOTE, CLOUD = link("remote", Remote), link("cloud", Remote)


def timeout(of: Link) -> ProviderTimeout:
    return ProviderTimeout(provider=of.provider.name)


def paused(of: Link) -> CircuitOpen:
    return CircuitOpen(provider=of.provider.name)


def test_an_empty_chain_cannot_speak() -> None:
    with pytest.raises(AllProvidersFailed, match="no voice is available"):
        Chain([])


def test_moves_on_and_stays_with_the_link_that_worked() -> None:
    chain = Chain([A, B])
    assert (chain.is_last, chain.insisting, list(chain.following())) == (False, False, [B])
    chain.fell(A, timeout(A))
    assert chain.current is B
    assert (chain.is_last, chain.insisting, list(chain.following())) == (True, True, [])
    chain.succeeded()
    assert chain.current is B


def test_a_link_that_is_no_longer_current_moves_nothing() -> None:
    chain = Chain([A, B])
    chain.fell(A, timeout(A))
    chain.fell(A, timeout(A))
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


def test_an_error_that_no_other_link_mends_ends_the_chain_at_once() -> None:
    chain = Chain([A, B])
    with pytest.raises(AllProvidersFailed) as failed:
        chain.fell(A, Final(provider="a"))
    assert isinstance(failed.value.__cause__, Final)


def test_skipped_links_are_tried_once_more_in_order_before_anybody_gives_up() -> None:
    chain = Chain([A, B, C])
    chain.fell(A, paused(A))
    chain.fell(B, paused(B))
    assert chain.is_last
    chain.fell(C, timeout(C))
    assert (chain.current, chain.insisting, list(chain.following())) == (A, True, [B, C])
    chain.fell(A, paused(A))
    chain.fell(B, timeout(B))
    assert (chain.current, chain.insisting, chain.is_last) == (C, True, True)
    with pytest.raises(AllProvidersFailed) as failed:
        chain.fell(C, timeout(C))
    assert len(failed.value.failures) == 6


def test_links_that_were_gone_or_too_slow_are_tried_once_more_and_hopeless_ones_are_not() -> None:
    chain = Chain([A, B, C, REMOTE])
    chain.fell(A, timeout(A))
    chain.fell(B, BadCredentials(provider="b"))
    chain.fell(C, SpeechCutOff(provider="c"))
    chain.fell(REMOTE, timeout(REMOTE))
    assert [chain.current, *chain.following()] == [A, C, REMOTE]


def test_a_last_link_begun_before_it_was_the_last_is_insisted_on_once() -> None:
    chain = Chain([A])
    chain.fell(A, paused(A))
    assert (chain.current, chain.insisting) == (A, True)
    with pytest.raises(AllProvidersFailed):
        chain.fell(A, paused(A))


def test_the_last_link_s_second_chance_comes_before_those_that_were_skipped() -> None:
    chain = Chain([A, B])
    chain.fell(A, paused(A))
    chain.fell(B, SpeechCutOff(provider="b"))
    assert chain.current is B
    chain.fell(B, SpeechCutOff(provider="b"))
    assert chain.current is A


def test_a_last_link_that_is_not_there_lets_the_others_try_first() -> None:
    chain = Chain([A, B])
    chain.fell(A, paused(A))
    chain.fell(B, ProviderUnavailable(provider="b"))
    assert [chain.current, *chain.following()] == [A, B]


def test_a_last_link_that_finds_nothing_to_say_wakes_nobody() -> None:
    chain = Chain([A, B])
    chain.fell(A, paused(A))
    chain.fell(B, NoAudio(provider="b"))
    with pytest.raises(AllProvidersFailed):
        chain.fell(B, NoAudio(provider="b"))
    assert chain.current is B


def test_the_winner_of_a_hedge_stays_and_those_before_it_come_back_last() -> None:
    chain = Chain([A, B, C])
    chain.moved_to(B, timeout(A))
    assert (chain.current, list(chain.following()), len(chain.failures)) == (B, [C], 1)
    chain.moved_to(A, timeout(B))
    assert chain.current is B
    chain.moved_to(C, timeout(B))
    assert (chain.current, chain.is_last) == (C, True)
    chain.fell(C, timeout(C))
    assert [chain.current, *chain.following()] == [A, B, C]


def test_from_a_private_text_on_only_links_of_this_machine_are_used() -> None:
    chain = Chain([REMOTE, A, CLOUD, B])
    chain.keep_local()
    assert (chain.current, list(chain.following())) == (A, [B])
    chain.keep_local()
    chain.moved_to(CLOUD, timeout(A))
    assert chain.current is A
    chain.fell(A, BadCredentials(provider="a"))
    assert (chain.current, chain.is_last) == (B, True)
    with pytest.raises(AllProvidersFailed):
        chain.fell(B, BadCredentials(provider="b"))


def test_a_local_link_that_speaks_goes_on_when_the_text_turns_private() -> None:
    chain = Chain([A, CLOUD])
    chain.keep_local()
    assert (chain.current, chain.is_last, chain.insisting) == (A, True, True)


def test_skipped_links_that_are_not_of_this_machine_are_forgotten() -> None:
    chain = Chain([CLOUD, A])
    chain.fell(CLOUD, paused(CLOUD))
    chain.keep_local()
    with pytest.raises(AllProvidersFailed):
        chain.fell(A, timeout(A))


@pytest.mark.parametrize("error", [timeout(A), paused(A)])
def test_a_local_link_that_failed_is_better_than_nobody_for_a_private_text(error: ProviderError) -> None:
    chain = Chain([A, CLOUD])
    chain.fell(A, error)
    assert chain.current is CLOUD
    chain.keep_local()
    assert (chain.current, chain.insisting, chain.is_last) == (A, True, True)
    with pytest.raises(AllProvidersFailed):
        chain.fell(A, timeout(A))


def test_a_private_text_leaves_this_machine_in_no_case() -> None:
    chain = Chain([REMOTE, CLOUD])
    for _ in range(2):
        with pytest.raises(AllProvidersFailed):
            chain.keep_local()
