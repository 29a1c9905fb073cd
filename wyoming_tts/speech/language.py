"""BCP 47 language tags: one spelling, and how near two are."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=4096)
def normalised(tag: str) -> str:
    """Return the tag as `en-GB`, `zh-Hant-TW`, `es-419`, whatever its case and separator."""
    parts = [part for part in tag.replace("_", "-").split("-") if part]
    singleton = next((index for index, part in enumerate(parts) if index and len(part) == 1), len(parts))
    spelt = [_part(part, in_front=0 < index < singleton) for index, part in enumerate(parts)]
    return "-".join(spelt)


def _part(part: str, *, in_front: bool) -> str:
    """Spell a subtag; only those between the language and an extension (`x-...`) may be script or region."""
    if not in_front:
        return part.lower()
    if len(part) == 2 and part.isalpha():
        return part.upper()
    if len(part) == 4 and part.isalpha():
        return part.title()
    return part.lower()


def primary(tag: str) -> str:
    """Return the language without script or region: `en` of `en-GB`."""
    return normalised(tag).split("-")[0]


@lru_cache(maxsize=65536)
def distance(wanted: str, offered: str) -> int | None:
    """Return 0 for the same tag, 1 where a region is left open, 2 for another region, None for another language."""
    wanted, offered = normalised(wanted), normalised(offered)
    if wanted == offered:
        return 0
    if primary(wanted) != primary(offered):
        return None
    return 1 if "-" not in wanted or "-" not in offered else 2
