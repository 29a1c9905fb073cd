"""Piper voices of a few kilobytes that the real piper-tts loads and speaks: one tone for each phoneme."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import onnx
from onnx import TensorProto, helper
from piper.phoneme_ids import DEFAULT_PHONEME_ID_MAP

if TYPE_CHECKING:
    from pathlib import Path

OPSET = 17
IR_VERSION = 8
_WIDE = 512


def build_piper_voice(
    directory: Path,
    name: str = "en_US-tiny-low",
    *,
    speakers: int = 1,
    rate: int = 16000,
    samples_per_id: int = 256,
    slow: int = 0,
) -> Path:
    """Write `NAME.onnx` and its configuration, and return the model's path.

    Every phoneme id lasts `samples_per_id` samples times the length scale, and speaker n has a pitch of its own.
    `slow` is how many large matrix products each sentence costs on top: some 5 ms each, one node of the graph each.
    """
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{name}.onnx"
    config = voice_config(name, speakers=speakers, rate=rate)
    path.with_name(f"{name}.onnx.json").write_text(json.dumps(config, ensure_ascii=False), "utf-8")
    model = _model(speakers=speakers, rate=rate, samples_per_id=samples_per_id, slow=slow)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


def voice_config(name: str, *, speakers: int = 1, rate: int = 16000) -> dict[str, object]:
    """Return a configuration of the shape that published voices have."""
    language, dataset, quality = name.split("-")
    family, _, region = language.partition("_")
    return {
        "audio": {"sample_rate": rate, "quality": quality},
        "dataset": dataset,
        "espeak": {"voice": family},
        "language": {"code": language, "family": family, "region": region, "name_english": "English"},
        "inference": {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8},
        "phoneme_type": "espeak",
        "phoneme_map": {},
        "phoneme_id_map": DEFAULT_PHONEME_ID_MAP,
        "num_symbols": 256,
        "num_speakers": speakers,
        "speaker_id_map": {f"person{number}": number for number in range(speakers)} if speakers > 1 else {},
        "piper_version": "1.0.0",
        "hop_length": 256,
    }


def _model(*, speakers: int, rate: int, samples_per_id: int, slow: int) -> onnx.ModelProto:
    """Output is sin(2 pi f t), with f from the phoneme id and the speaker, phoneme after phoneme."""
    inputs = [
        helper.make_tensor_value_info("input", TensorProto.INT64, [1, "phonemes"]),
        helper.make_tensor_value_info("input_lengths", TensorProto.INT64, [1]),
        helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
    ]
    if speakers > 1:
        inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, [1]))
    constants = [
        _floats("samples_per_id", samples_per_id),
        _floats("lowest_hz", 110.0),
        _floats("hz_per_id", 8.0),
        _floats("hz_per_speaker", 300.0),
        _floats("radians", 6.283185 / rate),
        helper.make_tensor("zero", TensorProto.FLOAT, [], [0.0]),
        helper.make_tensor("one", TensorProto.FLOAT, [], [1.0]),
        helper.make_tensor("first", TensorProto.INT64, [], [0]),
        helper.make_tensor("second", TensorProto.INT64, [], [1]),
        helper.make_tensor("column", TensorProto.INT64, [2], [-1, 1]),
        helper.make_tensor("row", TensorProto.INT64, [2], [1, -1]),
        helper.make_tensor("whole", TensorProto.INT64, [4], [1, 1, 1, -1]),
        helper.make_tensor("rounds", TensorProto.INT64, [], [slow]),
        helper.make_tensor("yes", TensorProto.BOOL, [], [True]),
        helper.make_tensor("wide", TensorProto.INT64, [2], [_WIDE, _WIDE]),
    ]
    nodes = [
        *_pitch(speakers=speakers),
        *_time(),
        helper.make_node("Mul", ["hz", "time"], ["cycles"]),
        helper.make_node("Mul", ["cycles", "radians"], ["angle"]),
        helper.make_node("Sin", ["angle"], ["waves"]),
        helper.make_node("Reshape", ["waves", "whole"], ["tone"]),
        *_work(),
        helper.make_node("Add", ["tone", "nothing"], ["output"]),
    ]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 1, 1, "samples"])]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, constants)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)


def _pitch(*, speakers: int) -> list[onnx.NodeProto]:
    """One frequency a phoneme, as a column."""
    nodes = [
        helper.make_node("Cast", ["input"], ["ids"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["ids", "hz_per_id"], ["step"]),
        helper.make_node("Add", ["step", "lowest_hz"], ["natural"]),
    ]
    if speakers > 1:
        nodes += [
            helper.make_node("Cast", ["sid"], ["person"], to=TensorProto.FLOAT),
            helper.make_node("Mul", ["person", "hz_per_speaker"], ["higher"]),
            helper.make_node("Add", ["natural", "higher"], ["frequencies"]),
        ]
    else:
        nodes.append(helper.make_node("Identity", ["natural"], ["frequencies"]))
    return [*nodes, helper.make_node("Reshape", ["frequencies", "column"], ["hz"])]


def _time() -> list[onnx.NodeProto]:
    """The samples of one phoneme, as a row."""
    return [
        helper.make_node("Gather", ["scales", "second"], ["length_scale"]),
        helper.make_node("Mul", ["length_scale", "samples_per_id"], ["exact"]),
        helper.make_node("Round", ["exact"], ["rounded"]),
        helper.make_node("Squeeze", ["rounded"], ["count"]),
        helper.make_node("Range", ["zero", "count", "one"], ["range"]),
        helper.make_node("Reshape", ["range", "row"], ["time"]),
    ]


def _work() -> list[onnx.NodeProto]:
    """Turn a matrix `rounds` times, and keep nothing of it; it depends on an input, or it would be folded away."""
    body = helper.make_graph(
        [
            helper.make_node("MatMul", ["turning", "averages"], ["turned"]),
            helper.make_node("Identity", ["going"], ["going_on"]),
        ],
        "turn",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("going", TensorProto.BOOL, []),
            helper.make_tensor_value_info("turning", TensorProto.FLOAT, [_WIDE, _WIDE]),
        ],
        [
            helper.make_tensor_value_info("going_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("turned", TensorProto.FLOAT, [_WIDE, _WIDE]),
        ],
    )
    mean = helper.make_tensor("mean", TensorProto.FLOAT, [1], [1.0 / _WIDE])
    return [
        helper.make_node("ConstantOfShape", ["wide"], ["averages"], value=mean),
        helper.make_node("Gather", ["scales", "first"], ["noise"]),
        helper.make_node("Expand", ["noise", "wide"], ["matrix"]),
        helper.make_node("Loop", ["rounds", "yes", "matrix"], ["worked"], body=body),
        helper.make_node("ReduceMean", ["worked"], ["level"], keepdims=0),
        helper.make_node("Mul", ["level", "zero"], ["nothing"]),
    ]


def _floats(name: str, value: float) -> onnx.TensorProto:
    return helper.make_tensor(name, TensorProto.FLOAT, [1], [value])
