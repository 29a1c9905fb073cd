"""Texts in pieces, for tests that no chunking makes a difference."""

from typing import Protocol

from hypothesis import strategies as st

_BITS = [
    *"*_~`[]()<>!|#-+.:;,?/\\&\"'0123 \n",
    *(
        "**",
        "__",
        "```",
        "~~~",
        "](",
        "](http://a.b/c)",
        "![",
        "<break/>",
        "<b>",
        "</p>",
        "<!--",
        "-->",
        "&amp;",
        "&#8364;",
    ),
    *(
        "https://www.a.org/x_y",
        "www.b.de",
        "1. ",
        "2) ",
        "- ",
        "* ",
        "[x] ",
        "\n\n",
        "  \n",
        "\r\n",
        "| a | b |",
        "|---|",
        "===",
        "# ",
    ),
    *(
        "word",
        "Word",
        "Dr",
        "U.S.",
        "22",
        "e.g.",
        "z. B.",
        "No.",
        "snake_case",
        "3.14",
        "a@b.c",
        "[1]",
        "[^2]",
        "x<y",
        "iPhone",
    ),
    *(
        "😊",
        "👩\u200d👧",
        "1\ufe0f\u20e3",
        "🇩",
        "\u0301",
        "\u200d",
        "\u00ad",
        "\x00",
        "\ud800",
        "\u00a0",
        "é",
        "क्\u200d",
        "…",
        "“",
        "”",
    ),
    *(
        "。",
        "\uff01",
        "你好",
        "「",
        "」",
        "؟",
        "मौसम",
        "।",
        "\u1100",
        "\u1161",
        "\u11a8",
        "¿",
        "¡",
        "«",
        "»",
        "„",
        "Hello. ",
        "Yes! ",
        " So ",
    ),
]

CHUNKED = st.lists(st.one_of(st.sampled_from(_BITS), st.text(max_size=3)), max_size=40).flatmap(
    lambda bits: _cut_anywhere("".join(bits))
)
"""A text that looks like what models write, in pieces cut anywhere."""


def _cut_anywhere(text: str) -> st.SearchStrategy[list[str]]:
    cuts = st.lists(st.integers(0, len(text)), max_size=12).map(sorted)
    return cuts.map(lambda at: [text[start:end] for start, end in zip([0, *at], [*at, len(text)], strict=True)])


class Feeds(Protocol):
    """Takes a text in pieces."""

    def feed(self, chunk: str, /) -> str: ...

    def finish(self) -> str: ...


def pieces(stage: Feeds, chunks: list[str]) -> str:
    """Return all that comes out of `stage` when it is fed `chunks`."""
    return "".join([*(stage.feed(chunk) for chunk in chunks), stage.finish()])
