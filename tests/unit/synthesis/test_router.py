"""Which voice a request gets, and who carries on."""

import pytest
from structlog.testing import capture_logs

from tests.fakes.house_parts import Parts, provider, request
from tests.fakes.word_adapter import Vocabulary, WordAdapter
from wyoming_tts.errors import AllProvidersFailed, UnknownVoice
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.request import SpeechRequest, whole
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.synthesis.catalog import HouseVoice

VOCABULARY = Vocabulary()


def adapter(name: str, *languages: str, quality: int = 1) -> WordAdapter:
    return WordAdapter(name, VOCABULARY, languages=languages or ("en-US",), quality=quality)


def names(parts: Parts, asked: SpeechRequest) -> list[str]:
    return [link.name for link in parts.router.route(asked).links]


def test_without_a_name_the_best_sounding_voice_of_the_language_speaks() -> None:
    parts = Parts(
        provider(adapter("de", "de-DE", quality=9)),
        provider(adapter("plain", "en-US", quality=0)),
        provider(adapter("good", "en-US", quality=3)),
    )
    assert names(parts, request()) == ["good/v", "plain/v"]


def test_the_owner_s_default_voice_wins_where_it_exists() -> None:
    one, two = provider(adapter("one")), provider(adapter("two"))
    assert names(Parts(one, two, default_voice="two/v"), request())[0] == "two/v"
    assert names(Parts(one, two, default_voice="gone/v"), request())[0] == "one/v"


def test_a_language_without_a_voice_name_chooses_by_language() -> None:
    parts = Parts(provider(adapter("en", "en-US")), provider(adapter("de", "de-DE")), default_voice="en/v")
    asked = SpeechRequest("r", whole("x"), language="de")
    assert names(parts, asked)[0] == "de/v"


def test_others_follow_by_language_and_the_last_resort_is_always_last() -> None:
    parts = Parts(
        provider(adapter("a", "fr-FR")),
        provider(adapter("b", "fr-CA")),
        provider(adapter("c", "de-DE")),
        provider(adapter("last", "en-US", quality=0)),
    )
    assert names(parts, request(voice="a/v")) == ["a/v", "b/v", "last/v"]


def test_a_house_voice_tries_its_own_chain_first_with_its_own_prosody_and_pause() -> None:
    anna = HouseVoice("Anna", "en", (VoiceName("two", "v"), VoiceName("gone", "v")), Prosody(speed=1.5), 0.7)
    one, two = provider(adapter("one")), provider(adapter("two"), pause_s=0.1)
    route = Parts(one, two, house_voices=[anna]).router.route(request(voice="Anna"))
    assert route.voice == "Anna"
    assert [link.name for link in route.links] == ["two/v", "one/v"]
    assert route.links[0].prosody == Prosody(speed=1.5)
    assert route.links[0].sentence_pause_s == 0.7


def test_an_unknown_voice_speaks_with_the_default_and_is_named_once() -> None:
    parts = Parts(provider(adapter("one")))
    with capture_logs() as logs:
        routes = [parts.router.route(request(voice="ona/v")) for _ in range(2)]
    assert [route.voice for route in routes] == ["one/v", "one/v"]
    assert parts.router.unknown_voices == ["ona/v"]
    assert [(line["asked"], line["nearest"]) for line in logs] == [("ona/v", "one/v")]


def test_a_voice_that_is_gone_from_the_settings_is_named_once() -> None:
    anna = HouseVoice("Anna", "en", (VoiceName("gone", "v"), VoiceName("one", "v")))
    parts = Parts(provider(adapter("one")), house_voices=[anna], default_voice="nobody/v")
    with capture_logs() as logs:
        for _ in range(2):
            assert names(parts, request()) == ["one/v"]
            assert names(parts, request(voice="Anna")) == ["one/v"]
    assert [line["asked"] for line in logs] == ["nobody/v", "gone/v"]


def test_a_voice_that_sounds_good_is_rather_taken_than_the_very_region() -> None:
    parts = Parts(
        provider(adapter("robot", "de", "de-AT", quality=0)),
        provider(adapter("high", "de-CH", quality=4)),
        provider(adapter("near", "de-DE", quality=3)),
    )
    assert names(parts, SpeechRequest("r", whole("x"), language="de-AT"))[0] == "high/v"
    assert names(parts, SpeechRequest("r", whole("x"), language="de-DE"))[0] == "near/v"


@pytest.mark.parametrize("asked", ["espeak/v+zzz", "v+zzz", "espeak/v#9", "espeak/v+zzz#9"])
def test_an_unknown_variant_or_speaker_speaks_with_the_voice_itself(asked: str) -> None:
    many = WordAdapter("espeak", VOCABULARY, languages=("fr-FR",), speakers=("amy",))
    parts = Parts(provider(adapter("one")), provider(many))
    if asked.startswith("espeak"):
        assert names(parts, request(voice=asked))[0] == "espeak/v"
    assert parts.router.route(request(voice=asked))
    assert parts.router.unknown_voices == [asked]


def test_where_the_language_has_no_voice_english_speaks() -> None:
    parts = Parts(provider(adapter("de", "de-DE", quality=9)), provider(adapter("en")), default_language="sw")
    assert names(parts, request())[0] == "en/v"


def test_a_speaker_may_be_named_by_number() -> None:
    many = WordAdapter("one", VOCABULARY, speakers=("amy", "bob"))
    assert names(Parts(provider(many)), request(voice="one/v", speaker="1")) == ["one/v#1"]


def test_no_client_can_make_the_list_of_unknown_voices_grow_without_bound() -> None:
    parts = Parts(provider(adapter("one")))
    for number in range(1000):
        parts.router.route(request(voice=f"nobody {number}"))
    assert len(parts.router.unknown_voices) == 100


def test_an_unknown_voice_is_an_error_where_the_owner_wants_one() -> None:
    with pytest.raises(UnknownVoice):
        Parts(provider(adapter("one")), unknown_is_error=True).router.route(request(voice="nobody"))


def test_a_speaker_may_come_beside_the_voice_or_in_its_name_and_an_unknown_one_is_left_out() -> None:
    many = WordAdapter("one", VOCABULARY, speakers=("amy",))
    parts = Parts(provider(many))
    assert names(parts, request(voice="one/v", speaker="amy")) == ["one/v#amy"]
    assert names(parts, request(voice="one/v#amy")) == ["one/v#amy"]
    assert names(parts, request(voice="one/v", speaker="zoe")) == ["one/v"]


def test_an_empty_house_has_no_voice() -> None:
    with pytest.raises(AllProvidersFailed):
        Parts().router.default()
