"""From what a language model writes to what a person would say."""

from __future__ import annotations

from wyoming_tts.text.blocks import Blocks, CodeBlocks
from wyoming_tts.text.characters import Characters, Composed, Entities
from wyoming_tts.text.flow import Flow
from wyoming_tts.text.inline import Inline


class Cleaner:
    """Cleans a text that comes in pieces; the result is the same for any pieces.

    Never more than a word or one short construct (a tag, a link's address) is held back. A blank line in the result
    ends a paragraph, and only there do line feeds stand. Markup of engines, square brackets and tags never get through.
    """

    def __init__(self, *, code_blocks: CodeBlocks = "skip") -> None:
        self._stages = (Entities(), Characters(), Blocks(code_blocks), Inline(), Flow(), Composed())

    def feed(self, chunk: str) -> str:
        """Return the cleaned text that is certain by now."""
        for stage in self._stages:
            chunk = stage.feed(chunk)
        return chunk

    def finish(self) -> str:
        """Return the rest; nothing may be fed afterwards."""
        rest = ""
        for stage in self._stages:
            rest = stage.feed(rest) + stage.finish()
        return rest


def clean(text: str, *, code_blocks: CodeBlocks = "skip") -> str:
    """Return a whole text cleaned."""
    cleaner = Cleaner(code_blocks=code_blocks)
    return (cleaner.feed(text) + cleaner.finish()).rstrip()
