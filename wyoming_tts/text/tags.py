"""Tags of HTML, SSML and engines: never obeyed; a placeholder (`<Enter>`) is said."""

from __future__ import annotations

import regex

from wyoming_tts.text.signals import COMMA, GAP, PARAGRAPH, STOP

TAG = regex.compile(
    r"<(?:"
    r"https?://(?:www\.)?(?P<host>[^\s<>/?#:]++)[^\s<>]*+|mailto:(?P<to>[^\s<>?]++)[^\s<>]*+|(?P<mail>[^\s<>@/]++@[^\s<>@]++)"
    r"|!--.*?--|!\[CDATA\[|[!?][A-Za-z][^<>]*+"
    r"|(?P<closing>/?)(?P<name>[A-Za-z][\w:.-]*+)"
    r"(?P<attributes>(?:\s++[\w:.-]++\s*+=\s*+(?:\"[^\"<>]*+\"|'[^'<>]*+'|[^\s\"'<>=]++))*+)\s*+/?"
    r")>",
    regex.DOTALL,
)
"""One tag, comment or address in angle brackets. Loose words (`x<y and z>w`) are none."""

_WITHIN_WORDS = regex.compile(
    r"abbr?|acronym|a|b|bd[io]|big|cite|code|data|del|dfn|em|emphasis|font|i|ins|kbd|mark|phoneme|prosody|q|r[pt]|ruby"
    r"|samp|say-as|small|span|strong|su[bp]|time|tt|u|var|wbr"
)
_PARTS = regex.compile(
    r"article|aside|blockquote|body|caption|center|d[dlt]|details|div|figcaption|figure|footer|h[1-6r]|head|header|html"
    r"|li|main|nav|[ou]l|p|paragraph|pre|section|summary|table|tbody|tfoot|thead|title|tr"
)
_CELLS = regex.compile(r"t[dh]")
_OTHERS = regex.compile(
    r"audio|break|button|canvas|desc|embed|form|iframe|img|input|label|lang|lexicon|link|lookup|mark|meta|metadata"
    r"|object|option|picture|s|script|select|sentence|source|speak|strike|style|svg|textarea|think|token|video|voice"
    r"|w|word|.*:.*"
)


def replacement(tag: regex.Match[str]) -> str:
    """Return what is said for a tag: words for an address or a placeholder, at most a signal for markup."""
    if address := tag["host"] or tag["to"] or tag["mail"]:
        return f"{GAP}{address}{GAP}"
    return _markup(tag["name"], alone=not (tag["closing"] or tag["attributes"])) if tag["name"] else GAP


def _markup(name: str, *, alone: bool) -> str:
    known = name.lower()
    if _WITHIN_WORDS.fullmatch(known):
        return ""
    if known == "br":
        return f"{COMMA} "
    if _CELLS.fullmatch(known):
        return COMMA
    if _PARTS.fullmatch(known):
        return STOP + PARAGRAPH
    return f"{GAP}{name}{GAP}" if alone and not _OTHERS.fullmatch(known) else GAP
