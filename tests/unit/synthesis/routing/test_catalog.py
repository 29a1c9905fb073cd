"""What is advertised, and what a client's voice name means."""

import pytest

from tests.fakes.house_parts import provider
from tests.fakes.word_adapter import Vocabulary, WordAdapter
from wyoming_tts.adapters.base import Capabilities
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.synthesis.routing.catalog import Catalog, HouseVoice

VOCABULARY = Vocabulary()
ONE = WordAdapter("one", VOCABULARY, speakers=("amy", "bob", "cat"))
TWO = WordAdapter("two", VOCABULARY, languages=("de-DE",))
ANNA = HouseVoice("Anna", "de", (VoiceName("two", "v"),))
CATALOG = Catalog([provider(ONE), provider(TWO)], [ANNA], speakers_advertised=2)


def test_house_voices_first_then_every_voice_and_its_first_speakers() -> None:
    names = [entry.name for entry in CATALOG.advertised()]
    assert names == ["Anna", "one/v", "one/v#amy", "one/v#bob", "two/v"]
    assert CATALOG.advertised()[0].languages == ("de",)
    assert CATALOG.advertised()[1].speakers == ("amy", "bob")


def test_the_list_is_the_same_object_until_something_changes() -> None:
    adapter = WordAdapter("a", VOCABULARY)
    catalog = Catalog([provider(adapter)])
    first = catalog.advertised()
    assert catalog.advertised() is first
    adapter.languages = ("fr-FR",)
    assert catalog.advertised() is not first
    assert catalog.advertised()[0].languages == ("fr-FR",)


def test_a_hidden_provider_is_not_advertised_but_can_be_named() -> None:
    catalog = Catalog([provider(ONE, advertised=False), provider(TWO)])
    assert [entry.name for entry in catalog.advertised()] == ["two/v"]
    assert catalog.find("one/v") == VoiceName("one", "v")
    assert catalog.find("v") == VoiceName("two", "v")


def test_where_nothing_else_has_a_voice_the_hidden_one_is_shown_rather_than_an_empty_list() -> None:
    assert Catalog([provider(TWO, advertised=False)]).advertised()[0].name == "two/v"


def test_it_knows_whose_voices_are_another_server_s() -> None:
    class Relaying(WordAdapter):
        @property
        def capabilities(self) -> Capabilities:
            return Capabilities(relays=True)

    catalog = Catalog([provider(ONE), provider(Relaying("there", VOCABULARY))])
    assert catalog.relayed() == ("there",)


@pytest.mark.parametrize(
    ("name", "means"),
    [
        ("Anna", ANNA),
        ("anna", ANNA),
        ("one/v", VoiceName("one", "v")),
        ("one/v#cat", VoiceName("one", "v", "cat")),
        ("one/v#nobody", None),
        ("one/w", None),
        ("none/v", None),
        ("v", None),
        ("", None),
        ("/", None),
        ("one/", None),
    ],
)
def test_names(name: str, means: object) -> None:
    """A bare name is accepted only where one provider has it: here both have `v`."""
    assert CATALOG.find(name) == means


def test_a_bare_name_that_is_unique_is_accepted_with_its_speaker() -> None:
    catalog = Catalog([provider(ONE)])
    assert catalog.find("v#amy") == VoiceName("one", "v", "amy")
    assert catalog.find("v") == VoiceName("one", "v")
