"""Voices of a few kilobytes with the network of real ones: VITS, as Piper exports it, with very few channels."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.fakes.piper_voice import IR_VERSION, OPSET, voice_config

if TYPE_CHECKING:
    from pathlib import Path

SYMBOLS = 256
UP = 8
"""Each of the two transposed convolutions makes eight places of one."""
HOP = UP * UP
KERNEL, POST = 5, 7
GLOBAL = "flow that hears everything"
TWO_ROUNDINGS = "two roundings"
SHIFTED = "flow turned round in time"


def build_vits_voice(
    directory: Path,
    name: str = "en_US-vits-low",
    *,
    speakers: int = 1,
    channels: int = 6,
    renamed: bool = False,
    broken: str = "",
    seed: int = 0,
    noise: float = 0.0,
    phoneme_type: str = "espeak",
) -> Path:
    """Write `NAME.onnx` and its configuration, and return the model's path.

    `renamed` gives every tensor and node a name that means nothing; `broken` names what makes it impossible to cut.
    """
    directory.mkdir(parents=True, exist_ok=True)
    path = directory / f"{name}.onnx"
    config = voice_config(name, speakers=speakers)
    config["inference"] = {"noise_scale": noise, "length_scale": 1.0, "noise_w": noise}
    config["phoneme_type"] = phoneme_type
    path.with_name(f"{name}.onnx.json").write_text(json.dumps(config, ensure_ascii=False), "utf-8")
    model = _Vits(channels, speakers, broken, seed).model()
    if renamed:
        _rename(model.graph)
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString())
    return path


class _Vits:
    """Builds the graph, node by node; every method returns the tensor it makes."""

    def __init__(self, channels: int, speakers: int, broken: str, seed: int) -> None:
        self._channels = channels
        self._speakers = speakers
        self._broken = broken
        self._random = np.random.default_rng(seed)
        self._nodes: list[onnx.NodeProto] = []
        self._initializers: dict[str, onnx.TensorProto] = {}

    def model(self) -> onnx.ModelProto:
        many = self._speakers > 1
        speaker = self._speaker() if many else None
        means, logs, text_mask, hidden = self._text()
        durations = self._durations(hidden, text_mask, speaker)
        mask, path = self._path(durations, text_mask)
        mean, log = (self._op("Transpose", self._spread(path, known), perm=[0, 2, 1]) for known in (means, logs))
        noise = self._op("RandomNormalLike", mean, dtype=TensorProto.FLOAT)
        scale = self._op("Gather", "scales", self._ints(0))
        noise = self._op("Mul", self._op("Mul", noise, self._op("Exp", log)), scale)
        latent = self._op("Add", mean, noise)
        for number in range(2):
            latent = self._coupling(latent, mask, speaker, f"flow.flows.{2 * number}")
        self._decoder(self._op("Mul", latent, mask), speaker)
        inputs = [
            helper.make_tensor_value_info("input", TensorProto.INT64, ["batch_size", "phonemes"]),
            helper.make_tensor_value_info("input_lengths", TensorProto.INT64, ["batch_size"]),
            helper.make_tensor_value_info("scales", TensorProto.FLOAT, [3]),
        ]
        if many:
            inputs.append(helper.make_tensor_value_info("sid", TensorProto.INT64, ["batch_size"]))
        output = helper.make_tensor_value_info("output", TensorProto.FLOAT, ["batch_size", 1, 1, "time"])
        graph = helper.make_graph(self._nodes, "vits", inputs, [output], list(self._initializers.values()))
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)

    def _speaker(self) -> str:
        weight = self._weight("emb_g.weight", self._speakers, 4)
        return self._op("Unsqueeze", self._op("Gather", weight, "sid"), self._ints([-1]))

    def _text(self) -> tuple[str, str, str, str]:
        size = self._channels
        letters = self._op("Gather", self._weight("enc_p.emb.weight", SYMBOLS, size), "input")
        hidden = self._op("Transpose", letters, perm=[0, 2, 1])
        length = self._op("Gather", self._op("Shape", hidden), self._ints(2))
        mask = self._mask(length, "input_lengths")
        hidden = self._op("Mul", self._op("Tanh", self._conv(hidden, "enc_p.conv", size, size, 3)), mask)
        stats = self._op("Mul", self._conv(hidden, "enc_p.proj", size, 2 * size, 1), mask)
        means, logs = self._split(stats, size)
        # Published voices stray by less than their means.
        return means, self._op("Sub", logs, self._floats(1.0)), mask, hidden

    def _durations(self, hidden: str, mask: str, speaker: str | None) -> str:
        known = self._conv(hidden, "dp.proj", self._channels, 1, 1)
        if speaker is not None:
            known = self._op("Add", known, self._conv(speaker, "dp.cond", 4, 1, 1))
        noise_scale = self._op("Gather", "scales", self._ints(2))
        noise = self._op("Mul", self._op("RandomNormalLike", known, dtype=TensorProto.FLOAT), noise_scale)
        width = self._op(
            "Mul", self._op("Exp", self._op("Add", self._op("Add", known, noise), self._floats(0.7))), mask
        )
        scale = self._op("Gather", "scales", self._ints(1))
        if self._broken == TWO_ROUNDINGS:
            width = self._op("Ceil", width)
        return self._op("Ceil", self._op("Mul", width, scale))

    def _path(self, durations: str, text_mask: str) -> tuple[str, str]:
        """Return the mask of the frames, and the matrix frames times ids that the real graph makes."""
        total = self._op("ReduceSum", durations, self._ints([1, 2]), keepdims=0)
        lengths = self._op("Cast", self._op("Clip", total, self._floats(1.0), ""), to=TensorProto.INT64)
        frames = self._op("ReduceMax", lengths, keepdims=0)
        mask = self._mask(frames, lengths)
        ends = self._op("Reshape", self._op("CumSum", durations, self._ints(2)), self._ints([-1, 1]))
        moments = self._op(
            "Range", self._floats(0.0), self._op("Cast", frames, to=TensorProto.FLOAT), self._floats(1.0)
        )
        begun = self._op("Cast", self._op("Less", moments, ends), to=TensorProto.FLOAT)
        before = self._op("Slice", self._op("Pad", begun, self._ints([1, 0, 0, 0])), *map(self._ints, ([0], [-1], [0])))
        path = self._op("Unsqueeze", self._op("Sub", begun, before), self._ints([0]))
        both = self._op(
            "Mul", self._op("Unsqueeze", text_mask, self._ints([2])), self._op("Unsqueeze", mask, self._ints([3]))
        )
        path = self._op("Unsqueeze", self._op("Transpose", path, perm=[0, 2, 1]), self._ints([1]))
        return mask, self._op("Squeeze", self._op("Mul", path, both), self._ints([1]))

    def _spread(self, path: str, known: str) -> str:
        return self._op("MatMul", path, self._op("Transpose", known, perm=[0, 2, 1]))

    def _coupling(self, latent: str, mask: str, speaker: str | None, name: str) -> str:
        half = self._channels // 2
        flipped = self._op("Slice", latent, *map(self._ints, ([-1], [-(2**31)], [1], [-1])))
        kept, changed = self._split(flipped, half)
        hidden = self._op("Mul", self._conv(kept, f"{name}.pre", half, 4, 1), mask)
        heard = self._conv(hidden, f"{name}.enc.in_layers.0", 4, 8, KERNEL)
        if speaker is not None:
            heard = self._op("Add", heard, self._conv(speaker, f"{name}.enc.cond_layer", 4, 8, 1))
        if self._broken == SHIFTED:
            heard = self._op("Slice", heard, *map(self._ints, ([-1], [-(2**31)], [2], [-1])))
        if self._broken == GLOBAL:
            heard = self._op("Add", heard, self._op("ReduceMean", heard, axes=[2]))
        shape, gate = self._split(heard, 4)
        hidden = self._op("Mul", self._op("Tanh", shape), self._op("Sigmoid", gate))
        mean = self._op("Mul", self._conv(hidden, f"{name}.post", 4, half, 1), mask)
        changed = self._op("Mul", self._op("Sub", changed, mean), mask)
        return self._op("Concat", kept, changed, axis=1)

    def _decoder(self, frames: str, speaker: str | None) -> str:
        sound = self._conv(frames, "dec.conv_pre", self._channels, 8, POST)
        if speaker is not None:
            sound = self._op("Add", sound, self._conv(speaker, "dec.cond", 4, 8, 1))
        for number, width in enumerate((8, 4)):
            weight = self._weight(f"dec.ups.{number}.weight", width, width // 2, 2 * UP, gain=3)
            bias = self._weight(f"dec.ups.{number}.bias", width // 2)
            louder = self._op("LeakyRelu", sound, alpha=0.1)
            up: dict[str, Any] = {"strides": [UP], "pads": [UP // 2, UP // 2], "kernel_shape": [2 * UP]}
            sound = self._op("ConvTranspose", louder, weight, bias, **up)
            blocks = [self._block(sound, f"dec.resblocks.{2 * number + kind}", width // 2, kind) for kind in range(2)]
            sound = self._op("Div", self._op("Add", *blocks), self._floats(2.0))
        sound = self._conv(self._op("LeakyRelu", sound, alpha=0.01), "dec.conv_post", 2, 1, POST)
        return self._op("Unsqueeze", self._op("Tanh", sound), self._ints([1]), output="output")

    def _block(self, sound: str, name: str, width: int, kind: int) -> str:
        changed = self._conv(self._op("LeakyRelu", sound, alpha=0.1), f"{name}.convs.0", width, width, 3, 1 + 2 * kind)
        return self._op("Add", sound, changed)

    def _conv(self, given: str, name: str, before: int, after: int, kernel: int, dilation: int = 1) -> str:
        weight, bias = self._weight(f"{name}.weight", after, before, kernel), self._weight(f"{name}.bias", after)
        pad = dilation * (kernel - 1) // 2
        return self._op("Conv", given, weight, bias, kernel_shape=[kernel], dilations=[dilation], pads=[pad, pad])

    def _split(self, given: str, size: int) -> tuple[str, str]:
        first = self._op("Split", given, self._ints([size, size]), axis=1)
        second = f"{first}_second"
        self._nodes[-1].output.append(second)
        return first, second

    def _mask(self, length: str, lengths: str) -> str:
        """Return 1 for every place that is one of `lengths`, as a tensor of batch, 1, places."""
        places = self._op("Unsqueeze", self._op("Range", self._ints(0), length, self._ints(1)), self._ints([0]))
        inside = self._op("Less", places, self._op("Unsqueeze", lengths, self._ints([1])))
        return self._op("Cast", self._op("Unsqueeze", inside, self._ints([1])), to=TensorProto.FLOAT)

    def _op(self, kind: str, *given: str, output: str = "", **attributes: Any) -> str:
        name = f"/{kind}_{len(self._nodes)}"
        made = output or f"{name}_output_0"
        self._nodes.append(helper.make_node(kind, list(given), [made], name=name, **attributes))
        return made

    def _weight(self, name: str, *shape: int, gain: float = 1.0) -> str:
        spread = gain / np.sqrt(max(1, int(np.prod(shape[1:]))))
        values = self._random.normal(0, 1.0 if len(shape) == 1 else spread, shape)
        values = values * 0.1 if len(shape) == 1 else values
        self._initializers[name] = numpy_helper.from_array(values.astype(np.float32), name)
        return name

    def _ints(self, value: int | list[int]) -> str:
        return self._constant(np.array(value, np.int64))

    def _floats(self, value: float) -> str:
        return self._constant(np.array(value, np.float32))

    def _constant(self, value: np.ndarray) -> str:
        return self._op("Constant", value=numpy_helper.from_array(value))


def _rename(graph: onnx.GraphProto) -> None:
    """Give every tensor and node another name, but for the inputs and the output."""
    fixed = {known.name for known in (*graph.input, *graph.output)} | {""}
    names: dict[str, str] = {}

    def new(name: str) -> str:
        return name if name in fixed else names.setdefault(name, f"t{len(names)}")

    for number, node in enumerate(graph.node):
        node.name = f"n{number}"
        for tensors in (node.input, node.output):
            tensors[:] = [new(name) for name in tensors]
    for known in graph.initializer:
        known.name = new(known.name)
