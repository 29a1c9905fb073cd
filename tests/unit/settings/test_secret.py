from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wyoming_tts.errors import ConfigError
from wyoming_tts.settings.secret import SECRETS_FILE, SecretLookup

if TYPE_CHECKING:
    from pathlib import Path


def test_a_secret_is_its_text_as_written(tmp_path: Path) -> None:
    (tmp_path / SECRETS_FILE).write_text("a: 0123\nb: 'x y'\n")
    lookup = SecretLookup(tmp_path, {})
    assert (lookup.secret("a"), lookup.secret("b")) == ("0123", "x y")


def test_without_a_secret_asked_for_the_file_is_not_needed(tmp_path: Path) -> None:
    lookup = SecretLookup(tmp_path, {"KEY": "k"})
    assert lookup.variable("KEY") == "k"
    with pytest.raises(ConfigError, match="the environment variable OTHER, which is not set"):
        lookup.variable("OTHER")
    with pytest.raises(ConfigError, match=r"secrets\.yaml: there is no such file"):
        lookup.secret("a")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("open_key: canary\n", 'names the secret "opn_key", .* did you mean "open_key"'),
        ("opn_key: [canary]\n", "is no text"),
        ("opn_key:\n", "is no text"),
        ("opn_key: 'canary\n", "is not YAML"),
        ("- canary\n", "must hold keys"),
        ("opn_key: canary\nopn_key: canary\n", "stands here twice"),
        ("opn_key: !env canary\n", r"has a tag \(!\)"),
    ],
)
def test_what_is_wrong_is_said_and_no_value_is_quoted(tmp_path: Path, content: str, sentence: str) -> None:
    (tmp_path / SECRETS_FILE).write_text(content)
    with pytest.raises(ConfigError, match=sentence) as caught:
        SecretLookup(tmp_path, {}).secret("opn_key")
    assert "canary" not in str(caught.value)
