"""Where the network of a Piper voice can be cut, found by what its nodes do and never by how they are called.

A Piper voice is VITS (`SynthesizerTrn.infer` of the VITS sources). What the search relies on:

    durations = ceil(...)                              the one Ceil
    means, logs = path @ means_by_id, path @ logs_by_id   the path depends on the durations
    z_p = means + noise * exp(logs) * noise_scale         the one noise behind the durations
    z = flow(z_p, mask)
    audio = decoder(z)                                 begins with a Conv before the first ConvTranspose
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from onnx import GraphProto, NodeProto

DECODER_WEIGHT = "dec.conv_pre.weight"
"""Exporters keep this name, since weight normalisation leaves the tensor alone; a graph without it is searched."""
Thing = TypeVar("Thing")
_NOISE = ("RandomNormalLike", "RandomNormal")
_SAME_PLACE = ("Transpose", "Identity", "Cast")


class Uncuttable(Exception):
    """The graph is not what the search expects; the message names what was missed."""


@dataclass(frozen=True, slots=True)
class Cuts:
    """Names of tensors."""

    durations: str
    """Frames of each phoneme id."""
    means: str
    logs: str
    """Of the latent, for each phoneme id: before the path matrix."""
    ids_axis: int
    """The axis of `means` and `logs` along which the phoneme ids lie; the other one has the channels."""
    latent: str
    """What the flow takes: frames with noise."""
    masks: tuple[str, ...]
    """What else of the length of the frames the flow takes: ones."""
    decoded: str
    """What the decoder takes."""
    audio: str


class VitsGraph:
    """A graph by its tensors."""

    def __init__(self, graph: GraphProto) -> None:
        self.graph = graph
        self.inputs = tuple(known.name for known in graph.input)
        self.maker: dict[str, NodeProto] = {name: node for node in graph.node for name in node.output if name}
        self._users: defaultdict[str, list[NodeProto]] = defaultdict(list)
        for node in graph.node:
            for name in node.input:
                self._users[name].append(node)

    @cached_property
    def cuts(self) -> Cuts:
        """Return where to cut. Raises Uncuttable."""
        audio = self.graph.output[0].name
        above_audio = self.above(audio)
        durations = _only(self._makers(("Ceil",), above_audio), "durations")
        timed = self.below(durations)
        noise = _only(self._makers(_NOISE, timed & above_audio), "noise behind the durations")
        decoded = self._decoder_input(self.below(noise), above_audio)
        latent, mean, log = self._mixed(noise)
        means, ids_axis = self._unexpanded(mean, timed)
        logs, same_axis = self._unexpanded(log, timed)
        if same_axis != ids_axis or latent not in self.above(decoded):
            raise Uncuttable("latent")
        masks = tuple(sorted(self._masks(latent, decoded, timed)))
        return Cuts(durations, means, logs, ids_axis, latent, masks, decoded, audio)

    def dims(self, weight: str) -> list[int]:
        """Return the shape of a constant; empty where it is none."""
        return next((list(known.dims) for known in self.graph.initializer if known.name == weight), [])

    def above(self, name: str, *, but: Collection[str] = ()) -> set[str]:
        """Return the tensors that `name` is made from, with itself; none that only lead to those in `but`."""

        def given(tensor: str) -> list[str]:
            return [] if tensor in but or tensor not in self.maker else list(self.maker[tensor].input)

        return self._reached([name], given)

    def below(self, name: str) -> set[str]:
        """Return the tensors that are made from `name`, with itself."""
        return self._reached([name], lambda tensor: [out for node in self._users[tensor] for out in node.output])

    def asked_for(self, outputs: Sequence[str], *, but: Collection[str] = ()) -> tuple[str, ...]:
        """Return the inputs of the graph that the outputs are made from, where `but` is given."""
        asked = set[str]().union(*(self.above(name, but=but) for name in outputs))
        return tuple(name for name in self.inputs if name in asked)

    def between(self, first: str, last: str) -> list[NodeProto]:
        """Return the nodes from one tensor to another, in the graph's order."""
        tensors = self.below(first) & self.above(last) - {first}
        return [node for node in self.graph.node if not tensors.isdisjoint(node.output)]

    def _reached(self, names: list[str], following: Callable[[str], list[str]]) -> set[str]:
        reached: set[str] = set()
        while names:
            name = names.pop()
            if name and name not in reached:
                reached.add(name)
                names.extend(following(name))
        return reached

    def _makers(self, kinds: Collection[str], tensors: set[str]) -> Iterator[str]:
        """Yield those of the tensors that nodes of these kinds make."""
        for node in self.graph.node:
            if node.op_type in kinds and node.output[0] in tensors:
                yield str(node.output[0])

    def _decoder_input(self, noisy: set[str], above_audio: set[str]) -> str:
        """Return the data input of the decoder's first convolution."""
        named = [
            node
            for node in self.graph.node
            if node.op_type == "Conv" and any(name.endswith(DECODER_WEIGHT) for name in node.input[1:2])
        ]
        if len(named) == 1:
            return str(named[0].input[0])
        ups = [node for node in self.graph.node if node.op_type == "ConvTranspose" and node.output[0] in above_audio]
        if not ups:
            raise Uncuttable("decoder")
        # A speaker's voice is added on the way; only one branch carries the speech itself.
        tensor = ups[0].input[0]
        while tensor in self.maker and self.maker[tensor].op_type != "Conv":
            tensor = _only((name for name in self.maker[tensor].input if name in noisy), "decoder's first convolution")
        if tensor not in self.maker:
            raise Uncuttable("decoder's first convolution")
        return str(self.maker[tensor].input[0])

    def _mixed(self, noise: str) -> tuple[str, str, str]:
        """Return the latent, and the mean and the logarithm it is mixed from with the noise."""
        product, factors = noise, list[str]()
        while (user := _only(self._users_of_values(product), "mixing of the noise")).op_type == "Mul":
            factors += [name for name in user.input if name != product]
            product = user.output[0]
        if user.op_type != "Add":
            raise Uncuttable("mixing of the noise")
        mean = _only((name for name in user.input if name != product), "mean")
        deviations = [name for name in self._factors(factors) if self._op_of(name) == "Exp"]
        scales = [name for name in self._factors(factors) if self._op_of(name) != "Exp"]
        if len(deviations) != 1 or any(self.above(name).isdisjoint(self.inputs) for name in scales) or len(scales) != 1:
            raise Uncuttable("scale of the noise")
        return user.output[0], mean, self.maker[deviations[0]].input[0]

    def _factors(self, names: list[str]) -> list[str]:
        """Return the names, with products taken apart."""
        flat: list[str] = []
        for name in names:
            flat += self._factors(list(self.maker[name].input)) if self._op_of(name) == "Mul" else [name]
        return flat

    def _unexpanded(self, tensor: str, timed: set[str]) -> tuple[str, int]:
        """Return what the path matrix spreads over the frames, and along which of its axes."""
        while self._op_of(tensor) in _SAME_PLACE:
            tensor = self.maker[tensor].input[0]
        if self._op_of(tensor) != "MatMul":
            raise Uncuttable("path matrix")
        left, right = self.maker[tensor].input
        if (left in timed) == (right in timed):
            raise Uncuttable("path matrix")
        return (right, 1) if left in timed else (left, 2)

    def _masks(self, latent: str, decoded: str, timed: set[str]) -> set[str]:
        """Return what depends on the durations beside the latent, and is used from there to the decoder."""
        flow = self.between(latent, decoded)
        made = {name for node in flow for name in node.output} | {latent}
        return {name for node in flow for name in node.input if name in timed and name not in made}

    def _users_of_values(self, tensor: str) -> Iterator[NodeProto]:
        """Yield the users that compute with a tensor's values, and not with its shape only."""
        return (node for node in self._users[tensor] if node.op_type != "Shape")

    def _op_of(self, tensor: str) -> str:
        return self.maker[tensor].op_type if tensor in self.maker else ""


def _only(found: Iterable[Thing], what: str) -> Thing:
    things = list(found)
    if len(things) != 1:
        raise Uncuttable(what)
    return things[0]
