"""Compare this server with its peers: in one run, one at a time in turn, on the same texts."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.options import add_voice_dir, parser_of
from benchmarks.side_by_side.caller_process import caller_process
from benchmarks.side_by_side.effort import Effort
from benchmarks.side_by_side.lineup import Lineup
from benchmarks.side_by_side.plot import plot
from benchmarks.side_by_side.scenarios.crowd import crowd
from benchmarks.side_by_side.scenarios.holdings import holdings
from benchmarks.side_by_side.scenarios.manners import manners
from benchmarks.side_by_side.scenarios.offered_load import offered_load
from benchmarks.side_by_side.scenarios.one_long import one_long
from benchmarks.side_by_side.scenarios.one_shot import one_shot
from benchmarks.side_by_side.scenarios.repeated import repeated
from benchmarks.side_by_side.scenarios.starting import starting
from benchmarks.side_by_side.scenarios.text_stream import text_stream

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Mapping, Sequence

    from benchmarks.side_by_side.heard import Heard

SCENARIOS = {
    scenario.__name__: scenario
    for scenario in (one_shot, text_stream, crowd, repeated, offered_load, one_long, manners, holdings, starting)
}
PICTURE = Path("docs/images/side-by-side.png")


async def run(options: Namespace) -> int:
    code = 0
    first_audio_s: dict[str, Mapping[str, Sequence[float]]] = {}
    long_answers: Mapping[str, Heard] = {}
    with tempfile.TemporaryDirectory() as folder:
        async with caller_process() as callers:
            lineup = Lineup(Path(folder), callers, options.voice_dir, options.peer)
            for name in options.only or SCENARIOS:
                print(f"\n## {name}\n", flush=True)
                outcome = await SCENARIOS[name](lineup, Effort(options.quick))
                code |= outcome.report.finish(options)
                first_audio_s |= outcome.first_audio_s
                long_answers = outcome.long_answers or long_answers
    if options.plot and long_answers:
        plot(first_audio_s, long_answers, options.plot)
    return code


def main() -> int:
    flags = parser_of(__doc__)
    flags.add_argument("--only", nargs="+", choices=SCENARIOS, metavar="SCENARIO", help=f"of {', '.join(SCENARIOS)}")
    flags.add_argument("--quick", action="store_true", help="a few minutes, to see that everything works")
    flags.add_argument("--peer", type=Path, metavar="PYTHON", help="an interpreter that has wyoming-openai")
    flags.add_argument("--plot", type=Path, metavar="PNG", help=f"draw it; with --write and everything: {PICTURE}")
    add_voice_dir(flags)
    options = flags.parse_args()
    if options.write and not options.only:
        options.plot = options.plot or PICTURE
    return asyncio.run(run(options))


if __name__ == "__main__":
    sys.exit(main())
