"""What the owner may say about kept speech."""

import pytest
from pydantic import ValidationError

from wyoming_tts.settings.cache import CacheSettings


def test_megabytes_are_millions_of_bytes() -> None:
    settings = CacheSettings(memory_mb=2, disk_mb=3)
    assert (settings.memory_bytes, settings.disk_bytes) == (2_000_000, 3_000_000)
    assert CacheSettings().enabled


@pytest.mark.parametrize("wrong", [{"memory_mb": -1}, {"disk_mb": -1}, {"max_days": 0}, {"disk_mb": 1.5}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        CacheSettings.model_validate(wrong)
