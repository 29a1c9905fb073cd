from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.provider_settings import TYPES
from wyoming_tts.adapters.registry import PROVIDER_TYPES
from wyoming_tts.settings.reference import BEGIN, END, reference, with_reference

DOCUMENT = Path(__file__).parents[3] / "docs/configuration.md"


def test_the_document_says_what_the_code_does() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert document == with_reference(document, PROVIDER_TYPES), "run script/reference"


def test_each_key_has_a_row() -> None:
    text = reference(TYPES)
    limits = "a number from 0 to 86400"
    assert f"| `linger_s` | {limits} | `2.0` | How many seconds a client has to fetch" in text
    assert "| `api_key` | text | must be given | The key. |" in text
    assert "### `audio.networks[]`" in text
    assert "### `voices[]`" in text
    assert "Has a key." in text
    assert "Needs the extra `absent`" in text


def test_only_what_stands_between_the_marks_is_renewed() -> None:
    text = with_reference(f"before {BEGIN} stale table {END} after", TYPES)
    assert text.startswith(f"before {BEGIN}\n\n### `server`")
    assert text.endswith(f"\n{END} after")
    assert " stale table " not in text
    with pytest.raises(ValueError, match="needs the lines"):
        with_reference("no marks", TYPES)
