"""From measured sentences to the cost of the parts."""

from __future__ import annotations

import pytest

from benchmarks.capacity.cost import Cost
from benchmarks.capacity.measured import LENGTHS, fitted


@pytest.mark.parametrize("factor", [0.5, 1.0, 3.0])
def test_a_machine_that_is_like_the_usual_one_or_slower_is_found(factor: float) -> None:
    usual = Cost()
    per_char_s = (usual.text_s + usual.flow_s + usual.decoder_s) / 200 * factor
    found = {chars: (0.003 * factor + chars * per_char_s, usual.speech_s(chars)) for chars in LENGTHS}
    cost, expected = fitted(found), usual.scaled(factor)
    assert cost.text_s == pytest.approx(expected.text_s)
    assert cost.decoder_s == pytest.approx(expected.decoder_s)
    assert cost.audio_s == pytest.approx(usual.audio_s)
    assert cost.text_fixed_s == pytest.approx(expected.text_fixed_s)
