"""What a voice was cut into: three networks, and what has to be known to run them one after the other."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

TEXT, FLOW, DECODER = "text.onnx", "flow.onnx", "decoder.onnx"
FACTS = "parts.json"


@dataclass(frozen=True, slots=True)
class VitsParts:
    """The names of tensors, and sizes; the networks lie beside it as files."""

    text_inputs: tuple[str, ...]
    durations: str
    """Frames of each phoneme id: made by the first network, with the next two."""
    means: str
    logs: str
    ids_axis: int
    """The axis of means and logs along which the phoneme ids lie."""
    flow_inputs: tuple[str, ...]
    """Those of the whole network that the second one takes, too: the speaker."""
    latent: str
    masks: tuple[str, ...]
    flow_reach: int
    """Frames on each side that have a say in what the second network makes of a frame."""
    decoder_inputs: tuple[str, ...]
    decoded: str
    """Made by the second network for the third one."""
    decoder_reach: int
    audio: str
    hop: int
    """Samples of a frame."""

    def write(self, folder: Path) -> None:
        """Put the facts beside the networks."""
        (folder / FACTS).write_text(json.dumps(asdict(self)), "utf-8")

    @classmethod
    def read(cls, folder: Path) -> VitsParts:
        """Return the facts of a folder. Raises OSError, or ValueError where they are none."""
        facts: Any = json.loads((folder / FACTS).read_text("utf-8"))
        if not isinstance(facts, dict) or set(facts) != {field.name for field in fields(cls)}:
            raise ValueError("not the facts of parts")
        given: dict[str, Any] = {name: tuple(fact) if isinstance(fact, list) else fact for name, fact in facts.items()}
        return cls(**given)
