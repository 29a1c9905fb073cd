from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.fakes.clock import FakeClock
from wyoming_tts.adapters.context import AdapterContext
from wyoming_tts.adapters.registry import DEFAULT_PROVIDERS, PROVIDER_TYPES, build
from wyoming_tts.settings.load import load
from wyoming_tts.settings.model import WorkerSettings
from wyoming_tts.settings.provider import ProviderSettings
from wyoming_tts.workers.pool import WorkerPool

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def context(tmp_path: Path) -> AdapterContext:
    clock = FakeClock()
    return AdapterContext(tmp_path, WorkerPool(None, clock=clock), clock, WorkerSettings())


NEEDED: dict[str, dict[str, object]] = {
    "command": {"command": ["flite"]},
    "elevenlabs": {"api_key": "k"},
    "openai": {"preset": "openai"},
    "wyoming": {"uri": "tcp://127.0.0.1:10200"},
}
"""Keys without a default."""


@pytest.mark.parametrize("word", sorted(PROVIDER_TYPES))
async def test_every_type_can_be_built_and_closed_unused(word: str, context: AdapterContext) -> None:
    adapter = build("mine", PROVIDER_TYPES[word].model_validate({"type": word, **NEEDED.get(word, {})}), context)
    assert adapter.name == "mine"
    await adapter.aclose()


def test_the_default_providers_are_valid_settings() -> None:
    settings = load(None, provider_types=PROVIDER_TYPES, default_providers=DEFAULT_PROVIDERS, environ={})
    assert list(settings.providers) == ["piper", "espeak"]


async def test_settings_of_no_known_type_are_a_mistake_of_ours(context: AdapterContext) -> None:
    with pytest.raises(TypeError):
        build("mine", ProviderSettings(type="other"), context)


def test_importing_it_costs_no_http_library() -> None:
    code = "import sys; import wyoming_tts.adapters.registry; print(sorted({'aiohttp', 'yarl'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.strip() == "[]"
