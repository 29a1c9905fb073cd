"""What this server is told when it is compared."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks.side_by_side.lineup import WHOLE_SENTENCES, further, our_settings
from wyoming_tts.adapters.registry import DEFAULT_PROVIDERS, PROVIDER_TYPES
from wyoming_tts.settings.load import load

if TYPE_CHECKING:
    from pathlib import Path


def test_our_settings_are_valid_and_piper_is_all_there_is_of_the_chain(tmp_path: Path) -> None:
    file = tmp_path / "bench.yaml"
    file.write_text(json.dumps(our_settings("en_US-bench-medium", cache=False, text=WHOLE_SENTENCES)))
    settings = load(file, provider_types=PROVIDER_TYPES, default_providers=DEFAULT_PROVIDERS, environ={})
    assert [voice.chain for voice in settings.voices] == [("piper/en_US-bench-medium",)]
    assert settings.fallback.hedge == "off"


def test_a_further_voice_has_a_name_of_the_usual_form() -> None:
    assert further("en_US-bench-medium", 1) == "en_US-bench2-medium"
