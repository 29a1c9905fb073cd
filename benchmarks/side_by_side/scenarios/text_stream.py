"""A text that an assistant is still writing: the sound after the end of its first sentence, or before it."""

from __future__ import annotations

from contextlib import AsyncExitStack
from itertools import count
from statistics import median
from typing import TYPE_CHECKING

from benchmarks.measure import Summary
from benchmarks.report import Figure, Report
from benchmarks.side_by_side.call import Call
from benchmarks.side_by_side.in_turn import in_turn
from benchmarks.side_by_side.lineup import OURS, PEER, WHOLE_SENTENCES, Lineup, warm
from benchmarks.side_by_side.outcome import Outcome
from benchmarks.side_by_side.pairs import Pairs
from benchmarks.texts import answer_of, sentence_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.side_by_side.effort import Effort
    from benchmarks.side_by_side.heard import Heard

HEADER = (
    "text stream",
    "n",
    "first audio after the sentence ms",
    "p95 ms",
    "spread ms",
    "ratio (quartiles)",
    "total ms",
    "audio s",
    "underruns",
    "worst dry ms",
)
WHOLE, CLAUSE = "ours, whole sentences", "ours, first clause"
TOKEN_S = 0.04
SENTENCE_CHARS, REST_CHARS = 160, 240
COMMA_WITHIN = slice(30, 100)
"""Of the first sentence: without a comma there is no clause to begin with."""
ROUNDS = 20
LIMIT = 0.3


async def text_stream(lineup: Lineup, effort: Effort) -> Outcome:
    async with AsyncExitStack() as stack:
        contenders = [
            await stack.enter_async_context(lineup.ours(WHOLE, text=WHOLE_SENTENCES)),
            await stack.enter_async_context(lineup.ours(CLAUSE)),
            await stack.enter_async_context(lineup.peer()),
        ]
        await warm(contenders)
        calls = [[_call(number)] for number in range(effort.of(ROUNDS))]
        heard = await in_turn(contenders, calls)
    answers = {name: [answer for (answer,) in rounds] for name, rounds in heard.items()}
    after_s = {name: [one.after_sentence_s for one in all_] for name, all_ in answers.items()}
    ratio = Pairs.of(after_s[WHOLE], after_s[PEER])
    rows = [_row(name, all_, str(ratio) if name == WHOLE else "") for name, all_ in answers.items()]
    dry = sum(one.underruns() for name in (WHOLE, CLAUSE) for one in answers[name])
    figures = [
        Figure("whole sentences: after the first sentence, to the peer's", ratio.median, LIMIT, "times"),
        Figure("first clause: after the first sentence", median(after_s[CLAUSE]) * 1e3, 0, "ms"),
        Figure("underruns", dry, 0, "underruns"),
    ]
    drawn = {OURS: after_s[WHOLE], PEER: after_s[PEER]}
    report = Report("side_by_side text_stream", HEADER, rows, figures)
    return Outcome(report, {"text stream, after the first sentence": drawn})


def _call(seed: int) -> Call:
    tried = (sentence_of(SENTENCE_CHARS, seed=f"{seed}/{number}") for number in count())
    sentence = next(one for one in tried if ", " in one[COMMA_WITHIN])
    return Call(f"{sentence} {answer_of(REST_CHARS, seed=seed)}", token_s=TOKEN_S, sentence_chars=SENTENCE_CHARS)


def _row(name: str, its: Sequence[Heard], ratio: str) -> Sequence[str]:
    _, *in_ms, _ = Summary.of([one.after_sentence_s for one in its]).in_ms()
    return (
        name,
        str(len(its)),
        *in_ms,
        ratio,
        f"{median(one.ended_s for one in its) * 1e3:.0f}",
        f"{median(one.audio_s for one in its):.1f}",
        str(sum(one.underruns() for one in its)),
        f"{max(one.dry_s() for one in its) * 1e3:.0f}",
    )
