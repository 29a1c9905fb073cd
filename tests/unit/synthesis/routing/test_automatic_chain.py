"""Who carries on for a voice without any word of the owner's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.fakes.choir import Choir, voice
from tests.fakes.house_parts import provider
from wyoming_tts.speech.prosody import Prosody
from wyoming_tts.speech.voice import VoiceName
from wyoming_tts.synthesis.routing.automatic_chain import AutomaticChain, Style
from wyoming_tts.synthesis.routing.catalog import Catalog

if TYPE_CHECKING:
    from wyoming_tts.synthesis.provider import Link

PIPER = Choir("piper", voice("thorsten", "de-DE", gender="male", quality=3), voice("lessac", "en-US", quality=3))
ESPEAK = Choir(
    "espeak",
    voice("en-us", "en-US", "en", gender="male", quality=0),
    voice("de", "de", gender="male", quality=0),
    variants=("f1", "f3", "m1"),
)
CLOUD = Choir(
    "cloud",
    voice("rachel", "en-US", "de-DE", "fr-FR", "es-ES", gender="female", quality=9),
    voice("any", "mul", quality=5),
    local=False,
)
NEAR = Choir(
    "near",
    voice("hans", "de-AT", gender="male", quality=9),
    voice("heidi", "de-AT", gender="female", quality=2),
    local=False,
)
FRENCH = Choir("french", voice("siwis", "fr-FR", quality=3))


def chain(*own: str, choirs: tuple[Choir, ...], language: str = "de-DE", local_only: bool = False) -> tuple[Link, ...]:
    providers = {choir.name: provider(choir) for choir in choirs}
    catalog = Catalog(tuple(providers.values()))
    style = Style(language, Prosody(speed=1.2), 0.3)
    names = [name for full in own if (name := VoiceName.parse(full)) is not None]
    links = [style.link(providers[name.provider], name) for name in names]
    automatic = AutomaticChain(catalog, last_resort="espeak", default_language="en-US")
    return automatic.complete(links, style, local_only=local_only)


def names(links: tuple[Link, ...]) -> list[str]:
    return [link.name for link in links]


def test_the_others_follow_by_language_and_the_last_resort_is_last_whatever_its_place_in_the_settings() -> None:
    links = chain("piper/thorsten", choirs=(ESPEAK, CLOUD, FRENCH, NEAR, PIPER))
    assert names(links) == ["piper/thorsten", "near/hans", "cloud/any", "espeak/de"]
    assert {(link.language, link.prosody.speed, link.sentence_pause_s) for link in links} == {("de-DE", 1.2, 0.3)}


def test_a_woman_is_followed_by_women_where_it_is_known_and_by_a_variant_of_the_last_resort() -> None:
    assert names(chain("cloud/rachel", choirs=(CLOUD, NEAR, PIPER, ESPEAK))) == [
        "cloud/rachel",
        "piper/thorsten",
        "near/heidi",
        "espeak/de+f3",
    ]


def test_a_variant_that_the_last_resort_does_not_know_is_not_asked_of_it() -> None:
    plain = Choir("espeak", voice("de", "de", gender="male"))
    assert names(chain("cloud/rachel", choirs=(CLOUD, plain)))[-1] == "espeak/de"
    some = Choir("espeak", voice("de", "de", gender="male"), variants=("f1",))
    assert names(chain("cloud/rachel", choirs=(CLOUD, some)))[-1] == "espeak/de+f1"


def test_equally_near_voices_follow_by_quality_and_then_by_the_order_of_the_settings() -> None:
    choirs = [Choir(name, voice("v", "de-DE", quality=quality)) for name, quality in (("a", 1), ("b", 2), ("c", 1))]
    assert names(chain("piper/thorsten", choirs=(*choirs, PIPER, ESPEAK)))[1:-1] == ["b/v", "a/v", "c/v"]


def test_each_provider_of_the_owner_s_chain_is_asked_as_the_owner_said_and_not_again() -> None:
    links = chain("cloud/any", "piper/lessac", "cloud/rachel", choirs=(CLOUD, NEAR, PIPER, ESPEAK))
    assert names(links) == ["cloud/any", "piper/lessac", "cloud/rachel", "near/heidi", "espeak/de+f3"]


def test_a_last_resort_that_was_asked_first_is_asked_again_when_all_others_have_failed() -> None:
    links = chain("espeak/de+m1", choirs=(PIPER, ESPEAK))
    assert names(links) == ["espeak/de+m1", "piper/thorsten", "espeak/de+m1"]
    assert links[0] is not links[-1]
    assert names(chain("espeak/de+m1", choirs=(FRENCH, ESPEAK))) == ["espeak/de+m1"]


def test_the_last_resort_speaks_also_where_it_lacks_the_language() -> None:
    assert names(chain(choirs=(ESPEAK,), language="sw")) == ["espeak/en-us"]
    assert names(chain(choirs=(Choir("espeak", voice("de", "de")),), language="sw")) == ["espeak/de"]
    assert names(chain(choirs=(Choir("espeak"),), language="sw")) == []


def test_a_private_text_gets_only_links_of_this_machine() -> None:
    links = chain("cloud/rachel", choirs=(CLOUD, NEAR, PIPER, ESPEAK), local_only=True)
    assert names(links) == ["piper/thorsten", "espeak/de+f3"]
    assert names(chain("espeak/de", choirs=(CLOUD, ESPEAK), local_only=True)) == ["espeak/de"]


def test_a_private_text_never_goes_to_a_last_resort_elsewhere() -> None:
    far = Choir("espeak", voice("de", "de"), local=False)
    assert names(chain("espeak/de", choirs=(CLOUD, far), local_only=True)) == []


def test_a_house_without_the_last_resort_does_without() -> None:
    assert names(chain("piper/thorsten", choirs=(PIPER,))) == ["piper/thorsten"]
