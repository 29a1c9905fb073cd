from __future__ import annotations

import time

import pytest

from wyoming_tts.errors import ConfigError
from wyoming_tts.settings.yaml_marks import MAX_DEPTH, MAX_VALUES, parse, parse_value


def test_every_value_knows_its_line() -> None:
    tree = parse('# one\nserver:\n  uri: "x"\nvoices:\n  - name: a\n  -\n    name: b\n', "f.yaml", {})
    assert tree.data == {"server": {"uri": "x"}, "voices": [{"name": "a"}, {"name": "b"}]}
    assert tree.places["server", "uri"] == "f.yaml:3"
    assert tree.places["voices", 0] == "f.yaml:5"
    assert tree.places["voices", 1, "name"] == "f.yaml:7"


def test_words_are_kept_as_written_unless_they_are_quoted() -> None:
    tree = parse('a: 0123\nb: "0123"\nno: no\n1: x', "f", {})
    assert tree.data == {"a": 123, "b": "0123", "no": "no", "1": "x"}
    assert tree.texts["a",] == "0123"


@pytest.mark.parametrize("text", ["", "# only words\n", "---\n", "null\n"])
def test_an_empty_document_holds_nothing(text: str) -> None:
    assert parse(text, "f", {}).data == {}


def test_a_key_that_stands_twice_is_reported_with_both_lines() -> None:
    tree = parse("a:\n  b: 1\n  c: 2\n  b: 3\n", "f", {})
    (problem,) = tree.problems
    assert (problem.path, problem.sentence) == (("a", "b"), "stands here twice, on line 2 and on line 4")


def test_a_tag_is_looked_up_and_what_it_brings_is_hidden() -> None:
    tree = parse("a: !secret x\nb: [!secret y]", "f", {"!secret": lambda name: f"value of {name}"})
    assert tree.data == {"a": "value of x", "b": ["value of y"]}
    assert tree.hidden == {("a",), ("b", 0)}
    assert tree.secrets == {"value of x", "value of y"}


@pytest.mark.parametrize(
    "text", ["a: !canary x", "a: !!python/object/apply:os.system [ls]", "a: !secret {b: 1}", "a: !!int 1"]
)
def test_any_other_tag_is_refused_without_being_quoted(text: str) -> None:
    (problem,) = parse(text, "f", {"!secret": str}).problems
    assert problem.sentence == "has a tag (!) that means nothing here; allowed: !secret NAME"


@pytest.mark.parametrize("text", ["- a\n- b\n", "canary\n", "5\n"])
def test_a_file_without_keys_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="f:1: must hold keys") as caught:
        parse(text, "f", {})
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: [1\nb: 2\n", 2),
        ("a: b: canary\n", 1),
        ("a: @canary\n", 1),
        ("a: 1\nb: 'canary\n", 3),
        ("a: *canary\n", 1),
        ("a: 1\n--- \nb: canary\n", 2),
        ("a: 1\n\tb: canary\n", 2),
        ("a: 1\nb: \x07canary\n", 2),
        ("%canary\na: 1", 2),
    ],
)
def test_what_is_no_yaml_is_said_with_its_line_and_never_quoted(text: str, line: int) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(text, "f", {})
    assert str(caught.value).startswith(f"f:{line}: ")
    assert "canary" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_key_must_be_a_word() -> None:
    tree = parse("? [a, b]\n: 1\nc: 2\n", "f", {})
    assert tree.data == {"c": 2}
    assert tree.problems[0].sentence == "has a key that is not a word"


def test_aliases_cannot_multiply_a_small_file() -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12))
    began = time.monotonic()
    with pytest.raises(ConfigError, match=f"more than {MAX_VALUES} values"):
        parse("a0: &a0 [x]\n" + levels, "f", {})
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: " + "[" * 40 + "]" * 40, "a: " + "[" * 5000, "a: " + "{b: " * 40])
def test_depth_is_bounded(text: str) -> None:
    with pytest.raises(ConfigError, match=f"deeper than {MAX_DEPTH}|is not YAML"):
        parse(text, "f", {})


def test_an_alias_brings_its_value() -> None:
    assert parse("a: &x [1]\nb: *x\n", "f", {}).data == {"a": [1], "b": [1]}


def test_one_value_may_stand_alone() -> None:
    assert parse_value('[{"a": 01}, no]', ("k",)) == ([{"a": 1}, "no"], {("k", 0, "a"): "01", ("k", 1): "no"})
    with pytest.raises(ConfigError):
        parse_value("[1", ("k",))
    with pytest.raises(ConfigError):
        parse_value("[!secret x]", ("k",))
