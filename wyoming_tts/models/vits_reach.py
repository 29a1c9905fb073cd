"""How many frames on each side of a frame have a say in what is made of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wyoming_tts.models.vits_graph import Uncuttable

if TYPE_CHECKING:
    from onnx import NodeProto

    from wyoming_tts.models.vits_graph import VitsGraph

_ARITHMETIC = ("Add", "Sub", "Mul", "Div", "Neg", "Abs", "Exp", "Log", "Sqrt", "Pow", "Where")
_CURVES = ("Tanh", "Sigmoid", "Relu", "LeakyRelu", "Elu", "Softplus", "Erf", "Clip", "Sin", "Cos")
_ORDER = ("Identity", "Cast", "Slice", "Split", "Concat", "Unsqueeze", "Squeeze")
_PLACE_BY_PLACE = frozenset((*_ARITHMETIC, *_CURVES, *_ORDER))
"""What makes a place of the output from the same place of the inputs. Slices that cut along the time are not told from
those along the channels: nobody has seen one, and the comparison with the whole graph would show it."""
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True)
class Reach:
    """What a place is made from."""

    frames: float
    """To each side, in frames of the beginning."""
    places: int
    """Places for each of those frames."""


def reach(graph: VitsGraph, first: str, last: str) -> Reach:
    """Return what places of `last` are made from, in whole frames of `first`. Raises Uncuttable."""
    known = {first: Reach(0.0, 1)}
    for node in graph.between(first, last):
        inputs = [known[name] for name in node.input if name in known]
        if node.op_type == "Shape" or not inputs:
            continue  # a shape has no place in time, nor has what is made from it
        places = {before.places for before in inputs}
        if len(places) > 1:
            raise Uncuttable("places that do not match")
        so_far = Reach(max(before.frames for before in inputs), places.pop())
        for name in node.output:
            known[name] = _through(node, so_far, graph)
    if last not in known:
        raise Uncuttable("way through")
    return Reach(math.ceil(known[last].frames - _ROUNDING), known[last].places)


def _through(node: NodeProto, before: Reach, graph: VitsGraph) -> Reach:
    if node.op_type in _PLACE_BY_PLACE:
        return before
    if node.op_type not in {"Conv", "ConvTranspose"}:
        raise Uncuttable(node.op_type)
    facts = {attribute.name: list(attribute.ints) for attribute in node.attribute}
    dilation, stride = facts.get("dilations", [1])[0], facts.get("strides", [1])[0]
    kernel = facts.get("kernel_shape") or graph.dims(node.input[1])[2:]
    pads = facts.get("pads", [0, 0])
    if len(kernel) != 1:
        raise Uncuttable("two-dimensional convolution")
    span = (kernel[0] - 1) * dilation
    if node.op_type == "Conv":
        if stride != 1:
            raise Uncuttable("decoder that makes fewer")
        return Reach(before.frames + max(pads[0], span - pads[0]) / before.places, before.places)
    # Place o of the output is made from the places (o + pad - k) / stride of the input, k from 0 to the span.
    widest = max(pads[0] + stride - 1, span - pads[0]) / stride
    return Reach(before.frames + widest / before.places, before.places * stride)
