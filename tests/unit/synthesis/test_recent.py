"""A memory of bounded size forgets what nobody has touched for the longest."""

from wyoming_tts.synthesis.recent import Recent


def test_the_one_untouched_the_longest_is_forgotten() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert recent.get("b") is None
    assert recent.keys() == ("a", "c")
    assert len(recent) == 2


def test_putting_again_replaces_and_freshens() -> None:
    recent: Recent[str, int] = Recent(2)
    for key, value in (("a", 1), ("b", 2), ("a", 3), ("c", 4)):
        recent.put(key, value)
    assert (recent.get("a"), "b" in recent) == (3, False)


def test_what_is_popped_is_gone() -> None:
    recent: Recent[str, int] = Recent(2)
    recent.put("a", 1)
    assert (recent.pop("a"), recent.pop("a"), "a" in recent) == (1, None, False)
