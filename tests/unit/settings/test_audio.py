from __future__ import annotations

import pytest
from pydantic import ValidationError

from wyoming_tts.settings.audio import AudioSettings

SETTINGS = AudioSettings.model_validate(
    {
        "lead_in_s": 0.1,
        "tail_s": 0.2,
        "networks": [
            {"network": "192.168.7.0/24", "lead_in_s": 2.0, "tail_s": 2.5},
            {"network": "192.168.7.9", "tail_s": 3.0},
            {"network": "192.168.0.0/16", "lead_in_s": 1.0},
            {"network": "fd00::/8", "tail_s": 0.0},
        ],
    }
)


@pytest.mark.parametrize(
    ("client", "padding"),
    [
        ("10.0.0.1", (0.1, 0.2)),
        ("192.168.1.1", (1.0, 0.2)),
        ("192.168.7.1", (2.0, 2.5)),
        ("192.168.7.9", (0.1, 3.0)),
        ("::ffff:192.168.7.1", (2.0, 2.5)),
        ("fd00::5%eth0", (0.1, 0.0)),
        ("fe80::1%eth0", (0.1, 0.2)),
        ("", (0.1, 0.2)),
        ("stdio", (0.1, 0.2)),
    ],
)
def test_the_narrowest_network_counts(client: str, padding: tuple[float, float]) -> None:
    assert SETTINGS.padding(client) == padding


@pytest.mark.parametrize("network", ["", "kitchen", "192.168.1.0/33", "192.168.1.1/24", 10])
def test_what_is_no_network_is_refused(network: object) -> None:
    with pytest.raises(ValidationError):
        AudioSettings.model_validate({"networks": [{"network": network}]})
