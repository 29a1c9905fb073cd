"""Where a network can be cut, whatever its tensors are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import onnx
import pytest

from tests.fakes.piper_voice import build_piper_voice
from tests.fakes.vits_voice import GLOBAL, HOP, TWO_ROUNDINGS, build_vits_voice
from wyoming_tts.models.vits_cutter import parts_of
from wyoming_tts.models.vits_graph import DECODER_WEIGHT, Uncuttable, VitsGraph

if TYPE_CHECKING:
    from pathlib import Path


def graph_of(path: Path) -> VitsGraph:
    return VitsGraph(onnx.load(str(path)).graph)


def test_the_parts_are_found_and_so_is_how_far_each_of_them_hears(tmp_path: Path) -> None:
    parts = parts_of(graph_of(build_vits_voice(tmp_path)))
    assert parts.text_inputs == ("input", "input_lengths", "scales")
    assert parts.flow_inputs == parts.decoder_inputs == ()
    assert parts.hop == HOP
    assert parts.flow_reach == 4, "two convolutions of five places"
    assert parts.decoder_reach == 6
    assert parts.audio == "output"
    assert len(parts.masks) == 1


def test_a_speaker_is_asked_for_by_all_three(tmp_path: Path) -> None:
    parts = parts_of(graph_of(build_vits_voice(tmp_path, speakers=3)))
    assert parts.text_inputs == ("input", "input_lengths", "scales", "sid")
    assert parts.flow_inputs == parts.decoder_inputs == ("sid",)


@pytest.mark.parametrize("speakers", [1, 3])
def test_names_do_not_matter(tmp_path: Path, speakers: int) -> None:
    known = graph_of(build_vits_voice(tmp_path, speakers=speakers))
    renamed = graph_of(build_vits_voice(tmp_path, "en_US-renamed-low", speakers=speakers, renamed=True))
    assert any(name.name.endswith(DECODER_WEIGHT) for name in known.graph.initializer)
    assert not any(name.name.endswith(DECODER_WEIGHT) for name in renamed.graph.initializer)
    makers = {name: number for number, node in enumerate(known.graph.node) for name in node.output}
    makers_renamed = {name: number for number, node in enumerate(renamed.graph.node) for name in node.output}
    cuts, others = known.cuts, renamed.cuts
    for name in ("durations", "means", "logs", "latent", "decoded", "audio"):
        assert makers[getattr(cuts, name)] == makers_renamed[getattr(others, name)], name
    assert [makers[name] for name in cuts.masks] == [makers_renamed[name] for name in others.masks]


@pytest.mark.parametrize("broken", [GLOBAL, TWO_ROUNDINGS])
def test_another_network_is_not_cut(tmp_path: Path, broken: str) -> None:
    with pytest.raises(Uncuttable):
        parts_of(graph_of(build_vits_voice(tmp_path, broken=broken)))


def test_what_is_no_vits_at_all_is_not_cut(tmp_path: Path) -> None:
    with pytest.raises(Uncuttable, match="durations"):
        parts_of(graph_of(build_piper_voice(tmp_path)))
