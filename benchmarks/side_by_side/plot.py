"""The picture beside the tables: first audio of everybody, and the audio of a long answer as it comes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure as Picture
from matplotlib.patches import Patch

from benchmarks.measure import percentile
from benchmarks.side_by_side.lineup import BRIDGE, ENGINE, MEMORY, OURS, PEER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from matplotlib.axes import Axes

    from benchmarks.side_by_side.heard import Heard

COLOURS = {OURS: "#0072b2", PEER: "#d55e00", BRIDGE: "#cc79a7", ENGINE: "#999999", MEMORY: "#009e73"}
"""Told apart also by those who see few colours."""
DPI = 100


def plot(
    first_audio_s: Mapping[str, Mapping[str, Sequence[float]]], long_answers: Mapping[str, Heard], file: Path
) -> None:
    """Draw both into a PNG."""
    picture = Picture(figsize=(13, 7.5), layout="constrained")
    FigureCanvasAgg(picture)
    bars, curves = picture.subplots(1, 2, width_ratios=(3, 2))
    _bars(bars, first_audio_s)
    _curves(curves, long_answers)
    names = {name for times in first_audio_s.values() for name in times}
    handles = [Patch(color=colour, label=name) for name, colour in COLOURS.items() if name in names]
    picture.legend(handles=handles, loc="outside lower center", ncols=len(handles), frameon=False)
    file.parent.mkdir(parents=True, exist_ok=True)
    picture.savefig(file, dpi=DPI)


def _bars(axes: Axes, first_audio_s: Mapping[str, Mapping[str, Sequence[float]]]) -> None:
    """Draw a bar for each median, a thin line up to where 95 % of all are."""
    ticks, at = [], 0.0
    for times in first_audio_s.values():
        ticks.append(at + (len(times) - 1) / 2)
        for name, its in times.items():
            middle_ms, p95_ms = (percentile(its, share) * 1e3 for share in (0.5, 0.95))
            axes.barh(at, middle_ms, height=0.9, color=COLOURS[name])
            axes.plot([middle_ms, p95_ms], [at, at], color="black", linewidth=1)
            axes.text(p95_ms * 1.08, at, _ms(middle_ms), va="center", fontsize=8)
            at += 1
        at += 0.7
    axes.set_yticks(ticks, list(first_audio_s))
    axes.invert_yaxis()
    axes.set_xscale("log")
    axes.set_xmargin(0.08)
    axes.set_xlim(left=1)
    axes.set_xlabel("ms to first audio: median, and a line up to 95 %")
    axes.set_title("First audio")


def _curves(axes: Axes, long_answers: Mapping[str, Heard]) -> None:
    """Draw how much had come by each moment; the first stretch counts most, so time is drawn by its logarithm."""
    for name, heard in long_answers.items():
        moments, amounts = heard.curve()
        axes.plot(moments, amounts, color=COLOURS[name], linewidth=1.8)
    axes.set_xscale("log")
    axes.set_xlabel("seconds since the request")
    axes.set_ylabel("seconds of audio that have come")
    axes.set_title("One answer of 2,000 characters")


def _ms(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
