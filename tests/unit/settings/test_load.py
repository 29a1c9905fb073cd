from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.fakes.provider_settings import DEFAULTS, TYPES, CloudSettings, PlainSettings
from wyoming_tts.errors import ConfigError
from wyoming_tts.settings.load import load

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wyoming_tts.settings.model import Settings


def loaded(
    tmp_path: Path, text: str | bytes | None, environ: Mapping[str, str] | None = None, **overrides: object
) -> Settings:
    """Load from a file with this text; keyword `server__uri` is the flag for `server.uri`."""
    path = None
    if text is not None:
        path = tmp_path / "wyoming-tts.yaml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load(
        path,
        provider_types=TYPES,
        default_providers=DEFAULTS,
        environ={f"WYOMING_TTS_{name}": value for name, value in (environ or {}).items()},
        overrides={name.replace("__", "."): value for name, value in overrides.items()},
    )


def problems(
    tmp_path: Path, text: str | bytes | None, environ: Mapping[str, str] | None = None, **flags: Any
) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, text, environ, **flags)
    assert caught.value.__cause__ is None
    return str(caught.value).replace(f"{tmp_path}/", "").splitlines()


@pytest.mark.parametrize("text", [None, "", "# nothing\n", "server:\nproviders:\nvoices:\ndefault_voice:\n"])
def test_an_empty_file_is_the_defaults(tmp_path: Path, text: str | None) -> None:
    settings = loaded(tmp_path, text)
    assert settings.server.uri == "tcp://0.0.0.0:10210"
    assert settings.providers == {"plain": PlainSettings()}


def test_a_default_that_is_not_installed_is_left_out_and_known(tmp_path: Path) -> None:
    assert loaded(tmp_path, "").left_out == {"absent": "absent"}


def test_what_was_asked_for_and_is_not_installed_is_an_error(tmp_path: Path) -> None:
    line = """providers.absent: needs the extra "absent": run  pip install 'wyoming-tts[absent]'"""
    assert problems(tmp_path, "providers:\n  absent: {type: absent}") == [f"wyoming-tts.yaml:2: {line}"]
    for environ in ({"PROVIDERS__ABSENT__SPEED": "2"}, {"PROVIDERS": '{"absent": {"type": "absent"}}'}):
        (found,) = problems(tmp_path, None, environ)
        assert found.endswith(line)
    assert loaded(tmp_path, "providers:\n  absent: {type: absent, enabled: no}\n  p: {type: plain}").left_out == {}


def test_flag_before_environment_before_file_before_default(tmp_path: Path) -> None:
    text = "server: {max_connections: 1, drain_s: 1, linger_s: 1}"
    environ = {"SERVER__MAX_CONNECTIONS": "2", "SERVER__DRAIN_S": "2"}
    server = loaded(tmp_path, text, environ, server__max_connections=3, server__uri=None).server
    assert (server.max_connections, server.drain_s, server.linger_s, server.idle_timeout_s) == (3, 2, 1, 120)


def test_a_file_with_providers_has_only_those_and_the_environment_adds(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path, "providers: {a-b: {type: plain}}", {"PROVIDERS__A_B__SPEED": "2", "PROVIDERS__C__TYPE": "plain"}
    )
    assert settings.providers == {"a-b": PlainSettings(speed=2.0), "c": PlainSettings()}
    assert DEFAULTS["plain"] == {"type": "plain"}


def test_the_environment_changes_a_default_provider(tmp_path: Path) -> None:
    assert loaded(tmp_path, None, {"PROVIDERS__PLAIN__SPEED": "2"}).providers == {"plain": PlainSettings(speed=2.0)}
    assert DEFAULTS["plain"] == {"type": "plain"}


@pytest.mark.parametrize("key", ["0123", "1e5", "true", "null-ish", "[x", "[x]", "a: b", '"quoted"', " x", "*y"])
def test_a_key_from_the_environment_stays_the_text_it_is(tmp_path: Path, key: str) -> None:
    settings = loaded(tmp_path, "providers: {c: {type: cloud}}", {"PROVIDERS__C__API_KEY": key})
    provider = settings.providers["c"]
    assert isinstance(provider, CloudSettings)
    assert provider.api_key.get_secret_value() == key


def test_text_without_quotes_in_the_file_stays_text(tmp_path: Path) -> None:
    text = (
        "default_voice: 0123\n"
        "providers: {p: {type: plain, tags: [01, 1.50, true, no]}, c: {type: cloud, api_key: 007}}\n"
        "voices: [{name: 12, language: no, chain: [p/1]}]\n"
        "server: {data_dir: 2024}\n"
    )
    settings = loaded(tmp_path, text)
    plain, cloud = settings.providers["p"], settings.providers["c"]
    assert isinstance(plain, PlainSettings)
    assert isinstance(cloud, CloudSettings)
    assert settings.default_voice == "0123"
    assert plain.tags == ("01", "1.50", "true", "no")
    assert cloud.api_key.get_secret_value() == "007"
    assert (settings.voices[0].name, settings.voices[0].language) == ("12", "no")
    assert settings.server.data_dir == Path("2024")


def test_truths_may_be_written_as_people_do(tmp_path: Path) -> None:
    for word, value in {"yes": True, "on": True, "off": False, "no": False, "false": False}.items():
        assert loaded(tmp_path, f"server: {{zeroconf: {word}}}").server.zeroconf is value
    assert loaded(tmp_path, "web: {listen: off}").web.listen is None
    assert loaded(tmp_path, "web: {listen: false}").web.listen is None
    assert loaded(tmp_path, None, {"WEB__LISTEN": ""}).web.listen is None


KNOWN = (
    "server, web, providers, voices, default_voice, fallback, text, audio, cache, phrases, privacy, limits, workers, "
    "telemetry"
)
EVERY_PROBLEM = f"""\
wyoming-tts.yaml:2: server.ur: unknown key; did you mean "uri"? allowed: uri, zeroconf, max_connections, \
idle_timeout_s, read_timeout_s, write_timeout_s, linger_s, drain_s, data_dir
wyoming-tts.yaml:3: server.linger_s: must be a number from 0 to 86400; found true
wyoming-tts.yaml:4: web.listen: must end with a port, as in 127.0.0.1:10280; found "here"
wyoming-tts.yaml:6: providers.a b: a provider's name has 1 to 64 characters, and no /, # or space
wyoming-tts.yaml:7: providers.opn.type: is no provider type; did you mean "cloud"? allowed: absent, cloud, plain
wyoming-tts.yaml:8: providers.none: must hold a provider's settings, first of all its type; \
allowed: absent, cloud, plain
wyoming-tts.yaml:9: providers.e.speed: must be a number from 0.25 to 4; found 9
wyoming-tts.yaml:11: voices[0].chain[1]: names the provider "foo", which is not configured; there is: a b, opn, none, e
wyoming-tts.yaml:12: voices[1].name: must have 1 to 64 characters, no / and no space around it; found "a/b"
wyoming-tts.yaml:12: voices[1].chain: is missing; it must be a list of at least 1
wyoming-tts.yaml:13: text.code_blocks: must be one of skip, speak; found "sing"
wyoming-tts.yaml:14: foo: unknown key; allowed: {KNOWN}
wyoming-tts.yaml:15: bar: unknown key; allowed: {KNOWN}
environment variable WYOMING_TTS_LIMITS__TEXT_CHARS: limits.text_chars: must be a whole number from 1 to 10000000; \
found 0
environment variable WYOMING_TTS_NONSENSE: nonsense: unknown key; allowed: {KNOWN}
flag for workers.memory_mb: workers.memory_mb: must be a whole number of at least 64 or null; found 1"""


def test_every_problem_is_listed_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = """\
server:
  ur: tcp://x
  linger_s: true
web: {listen: here}
providers:
  a b: {type: plain}
  opn: {type: clod}
  none:
  e: {type: plain, speed: 9}
voices:
  - {name: Anna, language: en, chain: [e/x, foo/bar, opn/z]}
  - {name: a/b, language: en}
text: {code_blocks: sing}
foo: 1
bar:
"""
    found = problems(tmp_path, text, {"LIMITS__TEXT_CHARS": "0", "NONSENSE": "1"}, workers__memory_mb=1)
    assert "\n".join(found) == EVERY_PROBLEM


def test_the_same_voice_twice_is_an_error(tmp_path: Path) -> None:
    voice = "{name: Anna, language: en, chain: [plain/x]}"
    (found,) = problems(tmp_path, f"\nvoices:\n  - {voice}\n  - {voice.replace('Anna', 'ANNA')}")
    assert found == (
        'wyoming-tts.yaml:4: voices[1].name: each voice needs a name of its own; "Anna" is called so already'
    )


UNKNOWN = "which is not configured;"


@pytest.mark.parametrize(
    ("default_voice", "sentence"),
    [
        ("pain/x", f'names the provider "pain", {UNKNOWN} did you mean "plain"? there is: plain'),
        ("zzz/x#y", f'names the provider "zzz", {UNKNOWN} there is: plain'),
        ("plain/", "must be a name of `voices`, provider/voice or provider/voice#speaker"),
        ("/x", "must be a name of `voices`, provider/voice or provider/voice#speaker"),
    ],
)
def test_a_default_voice_of_nobody_is_an_error(tmp_path: Path, default_voice: str, sentence: str) -> None:
    found = problems(tmp_path, f"\ndefault_voice: {default_voice}")
    assert found == [f"wyoming-tts.yaml:2: default_voice: {sentence}"]


@pytest.mark.parametrize("default_voice", ["Anna", "plain/x#y", "en_US-lessac-medium"])
def test_a_default_voice_may_be_a_house_voice_a_full_name_or_a_bare_one(tmp_path: Path, default_voice: str) -> None:
    assert loaded(tmp_path, f"default_voice: {default_voice}").default_voice == default_voice


def test_wrong_names_are_listed_beside_every_other_mistake(tmp_path: Path) -> None:
    text = """\
voices:
  - {name: Anna, language: english, chain: [plain/x, foo/y]}
  - {name: anna, chain: [plain]}
default_voice: bar/x
text: {language: german}
nonsense: 1
"""
    tag = "must be a language tag such as en, de-AT or zh-Hant-TW, and not the name of a language"
    assert problems(tmp_path, text) == [
        f'wyoming-tts.yaml:2: voices[0].language: {tag}; found "english"',
        f'wyoming-tts.yaml:2: voices[0].chain[1]: names the provider "foo", {UNKNOWN} there is: plain',
        "wyoming-tts.yaml:3: voices[1].language: is missing; it must be text",
        'wyoming-tts.yaml:3: voices[1].chain[0]: must be provider/voice or provider/voice#speaker; found "plain"',
        'wyoming-tts.yaml:3: voices[1].name: each voice needs a name of its own; "Anna" is called so already',
        f'wyoming-tts.yaml:4: default_voice: names the provider "bar", {UNKNOWN} there is: plain',
        f'wyoming-tts.yaml:5: text.language: {tag}; found "german"',
        f"wyoming-tts.yaml:6: nonsense: unknown key; allowed: {KNOWN}",
    ]


@pytest.mark.parametrize("tag", ["de", "de-AT", "zh-Hant-TW", "es-419", "yue", "en-GB-scotland"])
def test_a_language_is_a_tag(tmp_path: Path, tag: str) -> None:
    assert loaded(tmp_path, f"text: {{language: {tag}}}").text.language == tag


NONE_ENABLED = "holds none that is enabled; leave the key out for those without settings"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("- a", "must hold keys with values, such as `server:`, and not a list or a text"),
        (b"a: \xff", "is not UTF-8 text; save it with that encoding"),
        ("providers: [plain]", "providers: must be names with a provider's settings under each"),
        ("providers: {}", f"providers: {NONE_ENABLED}"),
        ("providers: {p: {type: plain, enabled: no}}", f"providers: {NONE_ENABLED}"),
        ("server: [1]", "server: must be keys with values; found a list"),
        ("voices: {a: 1}", "voices: must be a list; found keys with values"),
        ("voices: [1]", "voices[0]: must be keys with values; found 1"),
        ("server: {uri: }", "server.uri: must be text; found nothing"),
        ("text: {language: !env NOPE}", "text.language: names the environment variable NOPE, which is not set"),
    ],
)
def test_one_clear_sentence(tmp_path: Path, text: str | bytes, line: str) -> None:
    assert problems(tmp_path, text) == [f"wyoming-tts.yaml:1: {line}"]


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        load(tmp_path / "none", provider_types=TYPES, default_providers=DEFAULTS, environ={})


def test_a_flag_for_what_holds_no_keys_is_an_error(tmp_path: Path) -> None:
    found = problems(tmp_path, "server: 5", server__uri="stdio://")
    assert 'flag for server.uri: server.uri: cannot be set, since "server" holds no keys' in found


def test_a_flag_with_a_name_is_called_by_it() -> None:
    with pytest.raises(ConfigError) as caught:
        load(
            None,
            provider_types=TYPES,
            default_providers=DEFAULTS,
            environ={},
            overrides={"server.uri": "tcp://a"},
            flags={"server.uri": "--uri"},
        )
    assert str(caught.value) == '--uri: must end with a port, as in tcp://127.0.0.1:10210; found "tcp://a"'


@pytest.mark.parametrize(
    ("text", "line"),
    [("server:\n  uri: a\n zeroconf: no\n", 3), ("server:\n\turi: a\n", 2), ("web:\n  listen off: b: c\n", 2)],
)
def test_what_is_no_yaml_is_told_with_what_to_look_for(tmp_path: Path, text: str, line: int) -> None:
    (found,) = problems(tmp_path, text)
    assert found.startswith(f"wyoming-tts.yaml:{line}: is not YAML: ")
    assert "keys of one section begin below each other, after spaces and not tabs" in found


def test_secrets_come_from_the_file_beside_it_and_from_the_environment(tmp_path: Path) -> None:
    (tmp_path / "secrets.yaml").write_text("key: 0042\n")
    text = "providers: {a: {type: cloud, api_key: !secret key}, b: {type: cloud, api_key: !env WYOMING_TTS_CONFIG}}"
    keys = [
        provider.api_key.get_secret_value()
        for provider in loaded(tmp_path, text, {"CONFIG": "from outside"}).providers.values()
        if isinstance(provider, CloudSettings)
    ]
    assert keys == ["0042", "from outside"]


@pytest.mark.parametrize(
    "text",
    [
        "providers: {c: {type: cloud, api_key: bad-canary}}",
        "providers: {c: {type: cloud, api_key: !secret key}}",
        "providers: {c: {type: cloud, api_key: !env WYOMING_TTS_CONFIG}}",
        "providers: {c: {type: cloud, api_key: [bad-canary]}}",
        "providers: {c: {type: cloud, api_key: {bad-canary: bad-canary}}}",
        "providers: {c: {type: cloud, api_key: !secret key, base_url: [!secret key]}}",
        "providers: {c: {type: cloud, api_key: x, speed: !secret key}}",
        "providers: {c: {type: cloud, api_ky: bad-canary}}",
        "providers: {c: {type: clod, api_key: bad-canary}}",
        "server: {uri: !secret key}",
        "default_voice: {a: !secret key}",
        "voices: !secret key",
        "voices: [!secret key]",
        "server: !secret key",
        "providers: {c: !secret key}",
        "providers: !secret key",
        "providers: {c: {type: !secret key}}",
        "server: {uri: bad-canary, x: 'bad-canary",
    ],
)
def test_no_error_shows_a_secret(tmp_path: Path, text: str) -> None:
    (tmp_path / "secrets.yaml").write_text("key: bad-canary\n")
    found = problems(tmp_path, text, {"CONFIG": "bad-canary"})
    assert "bad-canary" not in "\n".join(found)


def test_a_secret_in_a_variable_is_not_shown_either(tmp_path: Path) -> None:
    found = problems(tmp_path, "providers: {c: {type: cloud}}", {"PROVIDERS__C__API_KEY": "bad-canary"})
    place = "environment variable WYOMING_TTS_PROVIDERS__C__API_KEY"
    assert found == [f"{place}: providers.c.api_key: must not be ********; found ********"]


def test_a_loaded_value_does_not_tell_its_secrets(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "providers: {c: {type: cloud, api_key: canary}}")
    assert "canary" not in f"{settings} {settings!r} {settings.model_dump()} {settings.model_dump_json()}"


def test_control_characters_in_a_value_cannot_forge_a_line(tmp_path: Path) -> None:
    (found,) = problems(tmp_path, r'server: {uri: "x\nwyoming-tts.yaml:1: all is well\e[2J"}')
    assert "\x1b" not in found
