"""All text of a request is watched: as it came, and as it will be said."""

import pytest

from wyoming_tts.store.text_hash import TextHashes
from wyoming_tts.synthesis.routing.privacy import PrivacyRules
from wyoming_tts.synthesis.text_watch import TextWatch

DOOR = PrivacyRules(["(?i)door code"])
HASHES = TextHashes(b"k" * 32)


def test_a_secret_as_it_was_written_counts_before_it_is_to_be_said() -> None:
    watch = TextWatch(DOOR)
    watch.read("The lights are on. The door ")
    assert not watch.is_private("The lights are on.")
    watch.read("code is 1234.")
    assert watch.is_private("The heating is off."), "it stands further on"


def test_a_secret_that_only_shows_when_it_is_said() -> None:
    watch = TextWatch(DOOR)
    watch.read("The lights are on. The door **code** is 1234. Good night.")
    assert not watch.is_private("The lights are on.")
    assert watch.is_private("The door code is 1234.")
    assert watch.is_private("Good night."), "and all that follows it"


@pytest.mark.parametrize("utterances", [("The door", "code is 1234."), ("Which door", "code?")])
def test_a_secret_over_two_utterances(utterances: tuple[str, str]) -> None:
    watch = TextWatch(DOOR)
    assert [watch.is_private(utterance) for utterance in utterances] == [False, True]


def test_what_is_written_and_what_is_said_are_two_texts() -> None:
    watch = TextWatch(DOOR)
    watch.read("The front door ")
    assert not watch.is_private("code"), "a door that is said next to a code that was written is no match"
    watch = TextWatch(DOOR)
    assert not watch.is_private("door")
    watch.read("code")
    assert not watch.is_private("sure.")


def test_without_rules_nothing_is_private() -> None:
    watch = TextWatch(PrivacyRules())
    watch.read("The door code.")
    assert not watch.is_private("The door code.")


def test_text_is_kept_only_where_that_is_wanted() -> None:
    kept, bare = TextWatch(DOOR, keep=True), TextWatch(DOOR)
    assert kept.text == ""
    for watch in (kept, bare):
        for text in ("The **door** ", "", "is open."):
            watch.read(text)
        watch.is_private("The door is open.")
    assert kept.text == "The **door** is open."
    assert bare.text is None


@pytest.mark.parametrize("size", [1, 4, 100])
def test_the_hash_is_of_all_that_was_written_and_of_nothing_else(size: int) -> None:
    text = "The **door** is open."
    watch = TextWatch(DOOR, HASHES.begin())
    for start in range(0, len(text), size):
        watch.read(text[start : start + size])
        watch.is_private("something to be said")
    hash_ = HASHES.begin()
    hash_.update(text)
    assert watch.text_hash == hash_.hexdigest()
    assert watch.text is None


def test_without_a_key_there_is_no_hash() -> None:
    watch = TextWatch(DOOR)
    watch.read("Hello.")
    assert watch.text_hash == ""


def test_what_comes_next_may_be_told_unless_it_makes_the_text_private() -> None:
    watch = TextWatch(DOOR)
    watch.read("The lights are on. The door **code** is 1234. Good night.")
    assert not watch.is_private("The lights are on.")
    assert watch.what_may_be_told("Good night.") == "Good night."
    assert watch.what_may_be_told("The door code is 1234.") == ""
    assert watch.what_may_be_told("Good night.") == "Good night.", "looking ahead says nothing"
    watch.read("And the door code again.")
    assert watch.is_private("Good night.")
    assert watch.what_may_be_told("Sleep well.") == ""


def test_only_what_is_not_private_is_learned() -> None:
    learned: list[str] = []
    watch = TextWatch(PrivacyRules(["door code"]), learn=learned.append)
    watch.said("The gate is open.")
    assert watch.is_private("The door code is one.")
    watch.said("The door code is one.")
    other = TextWatch(PrivacyRules(), learn=learned.append)
    other.learns = False
    other.said("Grandma is in hospital.")
    assert learned == ["The gate is open."]
