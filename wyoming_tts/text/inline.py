"""Within a line: emphasis, code, links, addresses and tags, judged by what stands on either side of them."""

from __future__ import annotations

import regex

from wyoming_tts.text import tags
from wyoming_tts.text.signals import COMMA, GAP, PARAGRAPH, ROW, SIGNALS, STOP

TAG_MAX = 500
LINK_MAX = 2000
CITATION_MAX = 80
"""Characters of a construct; one that is longer is taken as it stands, so that little is ever held back."""

RUN_MAX = 4
"""This many marks in a row are decoration, whatever stands beside them."""

_SPECIAL = regex.escape("*_~`\\<[]!|【" + SIGNALS, special_only=False)
_PLAIN = regex.compile(rf"[^{_SPECIAL}]++")
_URL_START = regex.compile(r"(?<![\p{L}\p{N}])(?:[A-Za-z][A-Za-z0-9+-]{1,15}+://|www\.)")
_URL_BEGUN = regex.compile(r"(?<![\p{L}\p{N}])(?:[A-Za-z][A-Za-z0-9+-]{0,15}+(?::/?)?)\Z")
_URL = regex.compile(
    r"(?:[A-Za-z][A-Za-z0-9+-]{1,15}+://)?(?:[A-Za-z0-9._~%!$&'*+,;=:-]{1,100}@)?(?:www\.)?"
    r"(?P<host>[\p{L}\p{N}\p{M}][\p{L}\p{N}\p{M}_.-]{0,253})(?::[0-9]{1,5})?"
    r"(?:[/?#][\p{Latin}\p{Cyrillic}\p{Greek}\p{N}._~:/?#@!$&'()*+,;=%-]{0,2000})?"
)
_URL_MAX = 2500
_TRAILING = ".,;:!?'\")*_~-"
_DESTINATION = regex.compile(
    r"\]\([ ]*+(?:<[^<>\n]*+>|(?:[^\s()<>]|\([^\s()]*+\))*+)(?:\s++(?:\"[^\"\n]*+\"|'[^'\n]*+'))?[ ]*+\)"
)
_CITATION = regex.compile(r"\[(?:\^[^\[\]\s]{1,40}|[0-9]{1,3}(?:[,–-][ ]?[0-9]{1,3}){0,9})\]|【[0-9][^【】\n]{0,60}†[^【】\n]{0,60}】")
_RUNS = regex.compile(r"\*+|_+|~+|`+|\[+|!+|<+")
_PASSED = regex.compile(rf"[{SIGNALS}]")
_PUNCTUATION = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
# Scripts that part words by spaces and know signs between letters: a*b, snake_case. Elsewhere a mark is a mark.
_WORD = regex.compile(r"[\p{Latin}\p{Greek}\p{Cyrillic}\p{N}]")

type_Step = tuple[str, int] | None
