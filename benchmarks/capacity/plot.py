"""First audio against the number of rooms, as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from benchmarks.capacity.search import FIRST_AUDIO_S
from benchmarks.capacity.tables import SHARES

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.capacity.tables import Point

COLOURS = ("#2a7f62", "#d08c1d", "#b23a48")
NO_DATE = {"Software": None}
"""The same numbers make the same file."""


def draw(found: dict[str, list[Point]], path: Path) -> None:
    """Write the picture: above how long until the first sound, below how many answers break off."""
    mpl.use("Agg")
    figure = Figure(figsize=(8, 7), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
    *_, workers = found.values()
    rooms = [point.rooms for point in workers]
    for at, (share, colour) in enumerate(zip(SHARES, COLOURS, strict=True)):
        name = f"p{share * 100:.0f}"
        heard = [point.heard.first_audio(share) * 1e3 for point in workers]
        above.plot(rooms, heard, "o", color=colour, label=f"{name}, simulated")
        above.plot(rooms, [point.by_formula[at] * 1e3 for point in workers], color=colour, label=f"{name}, formula")
    above.axhline(FIRST_AUDIO_S * 1e3, color="grey", linestyle=":", linewidth=1)
    above.set(ylabel="first audio, ms", ylim=(0, None), title="Rooms before one machine of two cores")
    above.legend(ncols=3, frameon=False)
    for (name, points), style in zip(found.items(), (":", "--", "-"), strict=True):
        shares = [point.heard.underrun_share * 100 for point in points]
        below.plot([point.rooms for point in points], shares, style, color="black", label=f"breaks off, {name}")
    handed_on = [point.heard.handed_on_share * 100 for point in workers]
    below.plot(rooms, handed_on, "-", color=COLOURS[2], label="another voice speaks, the worker's")
    below.set(xlabel="rooms, in the busy hour", ylabel="answers, %", xlim=(0, None))
    below.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata=NO_DATE)
