"""How many rooms one machine serves: simulated, and by the formula. Nothing is spoken, unless --measure is given."""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.capacity import tables
from benchmarks.capacity.cost import Cost
from benchmarks.capacity.demand import Demand
from benchmarks.capacity.order import orders
from benchmarks.capacity.plot import draw
from benchmarks.report import replaced
from wyoming_tts.workers.urgency import Urgency

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DOCUMENT, PICTURE = Path("docs/capacity.md"), Path("docs/images/capacity.png")


def cost(options: argparse.Namespace) -> Cost:
    """Return the cost as the flags tell it."""
    if options.measure is not None:
        from benchmarks.capacity.measured import measured  # noqa: PLC0415 - loads the engine

        return measured(options.measure)
    text_ms, flow_ms, decoder_ms = options.parts_ms
    return replace(
        Cost(), text_s=text_ms / 1e3, flow_s=flow_ms / 1e3, decoder_s=decoder_ms / 1e3, audio_s=options.audio_s
    )


def sections(model: tables.Model) -> Iterator[tuple[str, str, bool]]:
    """Yield each table's name, its text, and whether what it promises holds."""
    found = {name: tables.points(model, order) for name, order in orders().items()}
    *_, workers = found.values()
    draw(found, PICTURE)
    figures = tables.figures(workers)
    checked = "\n".join(["", "", *(f"- {figure}" for figure in figures)])
    yield "load", tables.load_table(workers) + checked, all(figure.holds for figure in figures)
    yield "orders", tables.order_table(model, found), True
    yield "bursts", tables.burst_table(model), True
    yield "steps", tables.step_table(model), True
    most = tables.most_rooms(workers)
    yield "machines", tables.machine_table(model, most), True
    yield "places", tables.place_table(model, most.rooms), True


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    demand = Demand(options.requests_per_h, options.peak, options.hits)
    model = tables.Model(cost(options), demand, Urgency, options.cores, options.answers, options.seed)
    print(model.cost, model.demand, sep="\n")
    good = True
    for name, text, holds in sections(model):
        print(f"\n{name}\n{text}")
        good = good and holds
        if options.write:
            DOCUMENT.write_text(replaced(DOCUMENT.read_text(encoding="utf-8"), name, text), encoding="utf-8")
    return int(options.check and not good)


def _parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(description=__doc__)
    usual, rooms = Cost(), Demand()
    made.add_argument("--measure", type=Path, metavar="VOICE_DIR", help="speak with the bare engine, and use its times")
    made.add_argument(
        "--parts-ms",
        type=float,
        nargs=3,
        metavar=("TEXT", "FLOW", "DECODER"),
        default=(usual.text_s * 1e3, usual.flow_s * 1e3, usual.decoder_s * 1e3),
        help="what a sentence of 200 characters takes",
    )
    made.add_argument("--audio-s", type=float, default=usual.audio_s, help="how long that sentence plays")
    made.add_argument("--cores", type=int, default=2, help="that these times were measured with")
    made.add_argument("--requests-per-h", type=float, default=rooms.requests_per_h, help="of a room, on average")
    made.add_argument("--peak", type=float, default=rooms.peak, help="how many times the average the busy hour is")
    made.add_argument("--hits", type=float, default=rooms.hits, help="share of answers that need no engine")
    made.add_argument("--answers", type=int, default=8000, help="that each simulation counts")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument(
        "--check", action=argparse.BooleanOptionalAction, default=True, help="exit with 1 where they differ"
    )
    made.add_argument("--write", action="store_true", help="put the tables into docs/capacity.md")
    return made


if __name__ == "__main__":
    sys.exit(main())
