from __future__ import annotations

from typing import Any

import pytest

from wyoming_tts.settings.environment import apply_environment
from wyoming_tts.settings.tree import Tree


def applied(environ: dict[str, str], data: dict[str, Any] | None = None) -> Tree:
    tree = Tree(data=data or {})
    apply_environment(tree, {f"WYOMING_TTS_{name}": value for name, value in environ.items()})
    return tree


def test_the_way_to_a_key_is_joined_by_two_underscores() -> None:
    tree = applied({"SERVER__MAX_CONNECTIONS": "5", "server__uri": "stdio://"})
    assert tree.data == {"server": {"max_connections": 5, "uri": "stdio://"}}
    assert tree.place(("server", "uri")) == "environment variable WYOMING_TTS_server__uri"


def test_an_underscore_finds_a_key_with_a_hyphen_in_its_own_spelling() -> None:
    tree = applied({"PROVIDERS__OPENAI_BACKUP__KEY": "k"}, {"providers": {"OpenAI-backup": {"type": "openai"}}})
    assert tree.data == {"providers": {"OpenAI-backup": {"type": "openai", "key": "k"}}}


def test_the_exact_key_comes_before_one_with_hyphens() -> None:
    tree = applied({"PROVIDERS__A_B__KEY": "k"}, {"providers": {"a-b": {}, "a_b": {}}})
    assert tree.data == {"providers": {"a-b": {}, "a_b": {"key": "k"}}}


def test_two_keys_that_may_be_meant_are_named() -> None:
    tree = applied({"PROVIDERS__A_B_C__KEY": "k"}, {"providers": {"a-b_c": {}, "a_b-c": {}}})
    assert tree.problems[0].sentence.startswith("this variable may mean a-b_c or a_b-c")


def test_a_section_is_set_before_keys_in_it() -> None:
    tree = applied({"PROVIDERS__P__SPEED": "2", "providers": '{"p": {"type": "plain", "speed": 1}}'})
    assert tree.data == {"providers": {"p": {"type": "plain", "speed": 2}}}
    assert tree.written(("providers", "p", "type"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('["a", "b"]', ["a", "b"]),
        ("[a, 1]", ["a", 1]),
        ("- a\n- b", ["a", "b"]),
        ("[not a list", "[not a list"),
        ("{x}y: [", "{x}y: ["),
        ("a: b", "a: b"),
        ("*star #x", "*star #x"),
        ("!secret x", "!secret x"),
        ("[!secret x]", "[!secret x]"),
        (" x ", " x "),
        ('"x"', '"x"'),
        ("", None),
        ("yes", "yes"),
    ],
)
def test_what_a_value_means(text: str, value: object) -> None:
    tree = applied({"A": text})
    assert tree.data == {"a": value}
    assert tree.texts["a",] == text


def test_a_key_below_a_value_is_reported() -> None:
    tree = applied({"SERVER__URI": "x"}, {"server": "tcp"})
    assert tree.data == {"server": "tcp"}
    assert tree.problems[0].sentence == 'cannot be set, since "server" holds no keys; set it as a whole'


@pytest.mark.parametrize("name", ["", "SERVER__", "__URI"])
def test_a_variable_that_means_no_key_is_reported(name: str) -> None:
    (problem,) = applied({name: "x"}).problems
    assert problem.place == f"environment variable WYOMING_TTS_{name}"


def test_two_spellings_of_one_variable_are_reported() -> None:
    (problem,) = applied({"SERVER__URI": "a", "SERVER__uri": "b"}).problems
    assert "by WYOMING_TTS_SERVER__URI and by WYOMING_TTS_SERVER__uri" in problem.sentence


@pytest.mark.parametrize(
    "name", ["CONFIG", "SERVICE_HOST", "SERVICE_PORT", "SERVICE_PORT_WYOMING", "PORT", "PORT_10210_TCP_ADDR"]
)
def test_what_others_set_is_left_alone(name: str) -> None:
    tree = applied({name: "x"})
    assert (tree.data, tree.problems) == ({}, [])
