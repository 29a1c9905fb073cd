"""What is allowed and what it costs, to the millionth."""

from __future__ import annotations

from wyoming_tts.store.budget import UNLIMITED, Budget, Spent
from wyoming_tts.store.period import Span


def test_without_a_limit_nothing_is_passed() -> None:
    assert not UNLIMITED.limited
    assert not Budget(price_per_1000_characters=9.0).limited
    for span in Span:
        assert UNLIMITED.passed(span, Spent(10**12, 10**12)) == ""
        assert UNLIMITED.nearly(span, Spent(10**12, 10**12)) == ""


def test_each_limit_counts_for_its_span() -> None:
    budget = Budget(characters_per_day=10, money_per_month=2.5)
    assert budget.limited
    assert budget.passed(Span.DAY, Spent(10, 99_000_000)) == ""
    assert budget.passed(Span.DAY, Spent(11)) == "10 characters a day"
    assert budget.passed(Span.MONTH, Spent(11, 2_500_000)) == ""
    assert budget.passed(Span.MONTH, Spent(0, 2_500_001)) == "2.5 of money a month"
    monthly = Budget(characters_per_month=10, money_per_day=1)
    assert monthly.passed(Span.MONTH, Spent(11)) == "10 characters a month"
    assert monthly.passed(Span.DAY, Spent(11, 1_000_001)) == "1 of money a day"


def test_tenths_of_money_add_up() -> None:
    budget = Budget(price_per_1000_characters=0.1, money_per_day=0.3)
    spent = sum((budget.cost(1000) for _ in range(3)), Spent())
    assert spent == Spent(3000, 300_000)
    assert spent.money == 0.3
    assert budget.passed(Span.DAY, spent) == ""
    assert budget.passed(Span.DAY, spent + budget.cost(1))
    assert spent + -spent == Spent()


def test_nearly_is_from_the_share_on() -> None:
    budget = Budget(characters_per_day=100, warning_share=0.8)
    assert budget.nearly(Span.DAY, Spent(79)) == ""
    assert budget.nearly(Span.DAY, Spent(80)) == "100 characters a day"
