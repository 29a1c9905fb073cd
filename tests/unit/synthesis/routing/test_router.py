"""Which voice a request gets, and who carries on."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from tests.fakes.choir import Choir, voice
from tests.fakes.house_parts import Parts, pcm_of, provider, request
from tests.fakes.word_adapter import Vocabulary, WordAdapter
from wyoming_tts.errors import AllProvidersFailed, OverloadedError, UnknownVoice
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.request import SpeechRequest, whole
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.synthesis.carrying_on.carry_on import CarryOn
from wyoming_tts.synthesis.carrying_on.pace import Paces
from wyoming_tts.synthesis.carrying_on.yardstick import Yardstick
from wyoming_tts.synthesis.manner import Manner
from wyoming_tts.synthesis.routing.catalog import Catalog, HouseVoice
from wyoming_tts.synthesis.routing.privacy import PrivacyRules
from wyoming_tts.synthesis.routing.router import Router
from wyoming_tts.synthesis.speaker import Speaker, SpeakerOptions
from wyoming_tts.telemetry.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection

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
    assert names(parts, request()) == ["good/v", "plain/v", "good/v"]


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
    assert [link.name for link in route.links] == ["two/v", "one/v", "two/v"]
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


PIPER = Choir("piper", voice("amy", "en-US", quality=3), voice("siwis", "fr-FR", quality=3), vocabulary=VOCABULARY)
CLOUD = Choir("cloud", voice("rachel", "en-US", "fr-FR", "de-DE", quality=9), local=False, vocabulary=VOCABULARY)
ESPEAK = Choir("espeak", voice("en-us", "en-US", "en", quality=0), voice("de", "de", quality=0), vocabulary=VOCABULARY)


@dataclass
class Parrot:
    """Detects the same language in every text, where the house speaks it."""

    language: str | None
    among: Collection[str] = ()

    async def detect(self, text: str, among: Collection[str]) -> str | None:  # noqa: ARG002 - it does not listen
        self.among = among
        return self.language if self.language in among else None

    async def warm(self) -> None:
        pass


def router(
    *choirs: Choir,
    house_voices: tuple[HouseVoice, ...] = (),
    privacy: PrivacyRules | None = None,
    detects: Parrot | None = None,
    default_voice: str | None = None,
    shown_last_resort: bool = False,
) -> Router:
    providers = [provider(choir, advertised=choir is not ESPEAK or shown_last_resort) for choir in choirs]
    return Router(
        Catalog(providers, house_voices),
        last_resort="espeak",
        default_voice=default_voice,
        default_language="en-US",
        privacy=privacy,
        detector=detects,
    )


def links(route_of: Router, asked: SpeechRequest) -> list[str]:
    return [link.name for link in route_of.route(asked).links]


async def detected(by: Router, asked: SpeechRequest) -> tuple[str, list[tuple[str, str]]]:
    """Return the route's voice, and its links with their languages."""
    async with by.routed(asked) as (understood, route):
        assert "".join([text async for text in understood.texts]) == "x"
        return route.voice, [(link.name, link.language) for link in route.links]


@pytest.mark.parametrize(
    ("asked", "language", "expected"),
    [("piper/amy", None, "en-US"), ("piper/amy", "de", "de"), ("Anna", None, "fr-FR"), ("Anna", "de", "de")],
)
def test_links_know_the_language_of_the_text(asked: str, language: str | None, expected: str) -> None:
    anna = HouseVoice("Anna", "fr-FR", (VoiceName("cloud", "rachel"),))
    route = router(PIPER, CLOUD, ESPEAK, house_voices=(anna,)).route(replace(request(voice=asked), language=language))
    assert {link.language for link in route.links} == {expected}


def test_a_voice_without_a_language_speaks_the_house_s() -> None:
    assert router(Choir("any", voice("v", "mul"))).route(request(voice="any/v")).links[0].language == "en-US"


def test_a_private_voice_s_text_gets_only_links_of_this_machine() -> None:
    kids = HouseVoice("Kids", "fr", (VoiceName("cloud", "rachel"),))
    by = router(PIPER, CLOUD, ESPEAK, house_voices=(kids,), privacy=PrivacyRules(voices=["kids"]), default_voice="Kids")
    for asked in (request(voice="KIDS"), request()):
        route = by.route(asked)
        assert (route.voice, route.private) == ("Kids", True)
        assert [link.name for link in route.links] == ["piper/siwis", "espeak/en-us"]
    route = by.route(request(voice="cloud/rachel"))
    assert not route.private
    assert route.links[0].name == "cloud/rachel"


def test_a_private_client_s_text_gets_only_links_of_this_machine() -> None:
    by = router(PIPER, CLOUD, ESPEAK, privacy=PrivacyRules(networks=["10.0.0.0/8"]))
    assert links(by, request(voice="cloud/rachel", client="10.1.2.3")) == ["piper/amy", "espeak/en-us"]
    assert links(by, request(voice="cloud/rachel", client="11.1.2.3"))[0] == "cloud/rachel"


def test_a_private_voice_that_is_gone_is_private_still() -> None:
    by = router(CLOUD, ESPEAK, privacy=PrivacyRules(voices=["Kids"]))
    assert links(by, request(voice="kids")) == ["espeak/en-us"]


async def test_a_voice_that_lacks_the_text_s_language_gives_way_to_the_best_one_and_that_is_said_once() -> None:
    by = router(PIPER, CLOUD, ESPEAK, detects=Parrot("fr"))
    with capture_logs() as logs:
        for _ in range(2):
            assert await detected(by, request("x", voice="piper/amy")) == (
                "piper/siwis",
                [("piper/siwis", "fr"), ("cloud/rachel", "fr"), ("espeak/en-us", "fr")],
            )
    assert [(line["asked"], line["language"], line["voice"]) for line in logs] == [("piper/amy", "fr", "piper/siwis")]


@pytest.mark.parametrize("chain", ["cloud/rachel", "piper/siwis"])
async def test_a_voice_that_speaks_the_text_s_language_speaks_it(chain: str) -> None:
    name = VoiceName.parse(chain)
    assert name is not None
    anna = HouseVoice("Anna", "en", (VoiceName("gone", "v"), name))
    by = router(PIPER, CLOUD, ESPEAK, house_voices=(anna,), detects=Parrot("fr"), default_voice=chain)
    for asked in (chain, "Anna", None):
        _, found = await detected(by, request("x", voice=asked))
        assert found[0] == (chain, "fr" if "rachel" in chain or asked == "Anna" else "fr-FR")


async def test_a_house_voice_of_the_text_s_language_is_not_looked_into() -> None:
    anna = HouseVoice("Anna", "fr-CA", (VoiceName("piper", "amy"),))
    by = router(PIPER, ESPEAK, house_voices=(anna,), detects=Parrot("fr"))
    assert (await detected(by, request("x", voice="Anna")))[1][0] == ("piper/amy", "fr-CA")
    strange = HouseVoice("Anna", "fr", (VoiceName("gone", "v"),))
    by = router(PIPER, ESPEAK, house_voices=(strange,), detects=Parrot("en"))
    assert (await detected(by, request("x", voice="Anna")))[0] == "piper/amy"


async def test_a_language_that_the_client_names_is_its_own_affair() -> None:
    by = router(PIPER, ESPEAK, detects=Parrot("fr"))
    voice_, found = await detected(by, replace(request("x", voice="piper/amy"), language="de"))
    assert (voice_, found[0]) == ("piper/amy", ("piper/amy", "de"))


async def test_only_languages_of_voices_that_are_shown_are_detected_unless_one_speaks_any() -> None:
    parrot = Parrot(None)
    await detected(router(PIPER, ESPEAK, detects=parrot), request("x"))
    assert set(parrot.among) == {"en", "fr"}
    await detected(router(PIPER, ESPEAK, detects=parrot), request("x", voice="espeak/de"))
    assert set(parrot.among) == {"en", "fr", "de"}
    await detected(router(PIPER, ESPEAK, detects=parrot, shown_last_resort=True), request("x"))
    assert set(parrot.among) == {"en", "fr", "de"}
    await detected(router(PIPER, Choir("any", voice("v", "mul")), ESPEAK, detects=parrot), request("x"))
    assert set(parrot.among) == {"en", "fr", "de"}
    await detected(router(ESPEAK, detects=parrot), request("x"))
    assert set(parrot.among) == {"en", "de"}


async def test_a_private_voice_stays_private_when_another_one_speaks_for_it() -> None:
    by = router(CLOUD, ESPEAK, detects=Parrot("fr"), privacy=PrivacyRules(voices=["espeak/en-us"]))
    async with by.routed(request("x", voice="espeak/en-us")) as (_, route):
        assert (route.voice, route.private) == ("espeak/en-us", True)
        assert [link.name for link in route.links] == ["espeak/en-us"]
    by = router(CLOUD, PIPER, ESPEAK, detects=Parrot("fr"), privacy=PrivacyRules(voices=["piper/siwis", "kids"]))
    async with by.routed(request("x", voice="espeak/en-us")) as (_, route):
        assert (route.voice, route.private) == ("piper/siwis", True)
    async with by.routed(request("x", voice="Kids")) as (_, route):
        assert route.private
        assert [link.name for link in route.links] == ["piper/siwis", "espeak/en-us"]


async def test_a_private_default_voice_stays_private_when_another_one_speaks_for_it() -> None:
    rules = PrivacyRules(voices=["espeak/de"])
    by = router(CLOUD, PIPER, ESPEAK, detects=Parrot("fr"), privacy=rules, default_voice="espeak/de")
    async with by.routed(request("x")) as (_, route):
        assert (route.voice, route.private) == ("piper/siwis", True)
        assert [link.name for link in route.links] == ["piper/siwis", "espeak/en-us"]


async def test_no_client_can_make_the_list_of_replaced_voices_grow_without_bound() -> None:
    anna = [HouseVoice(f"Anna {number}", "en", ()) for number in range(150)]
    by = router(PIPER, ESPEAK, house_voices=tuple(anna), detects=Parrot("fr"))
    with capture_logs() as logs:
        for voice_ in anna:
            assert (await detected(by, request("x", voice=voice_.name)))[0] == "piper/siwis"
    assert len(logs) == 100


def speaking(router: Router, options: SpeakerOptions) -> Speaker:
    return Speaker(router, options, carry_on=CarryOn(Yardstick(None), Paces()), clock=SystemClock())


async def test_those_who_waited_for_their_text_are_counted_when_it_has_come() -> None:
    come = asyncio.Event()

    async def late() -> AsyncIterator[str]:
        await come.wait()
        yield "Bonjour tout le monde."

    speaker = speaking(router(PIPER, ESPEAK, detects=Parrot("fr")), SpeakerOptions(max_answers=1))
    waiting = [asyncio.create_task(pcm_of(speaker, request(late()))) for _ in range(2)]
    await asyncio.sleep(0)
    come.set()
    results = await asyncio.gather(*waiting, return_exceptions=True)
    assert sorted(isinstance(result, OverloadedError) for result in results) == [False, True]


async def test_the_whole_text_is_spoken_by_the_voice_of_its_language() -> None:
    manner = Manner(first_audio_s=5.0, last_first_audio_s=5.0)
    speaker = speaking(router(PIPER, ESPEAK, detects=Parrot("fr")), SpeakerOptions(manner))
    pcm = await pcm_of(speaker, request("Bonjour tout le monde.", voice="piper/amy"))
    assert VOCABULARY.heard(pcm) == ["bonjour", "tout", "le", "monde"]
    assert PIPER.utterances[-1].voice == "siwis"


def test_in_a_house_without_the_language_and_without_english_anybody_speaks() -> None:
    assert names(Parts(provider(adapter("de", "de-DE")), default_language="sw"), request()) == ["de/v"]


async def test_where_nothing_is_detected_the_request_stays_as_it_is() -> None:
    asked = request("x", voice="piper/amy")
    async with router(PIPER, ESPEAK).routed(asked) as (understood, route):
        assert understood is asked
        assert route.links[0].name == "piper/amy"
