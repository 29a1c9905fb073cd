"""Whether a stop ends a sentence, where that can be told from the words beside it."""

from __future__ import annotations

from enum import Enum

import regex

LOOK_BACK = 60
"""Characters; no three words before a stop that matter here are longer."""
_STOP_MAX = 12
"""Characters of a stop with all the quotes and brackets that close after it."""

_STOP = regex.compile(r"[\p{Sentence_Terminal}…]++(?P<closers>[\p{Pe}\p{Pf}\p{Pi}\"']*+)\Z")
_LEFT_TO_DETECTOR = frozenset(".!?…؟।॥\u3002\uff01\uff1f")
_OPENERS = "\"'([{«\u2039“„\u2018\u201a¿¡"
_OPENS = regex.compile(r"[\p{Ps}\p{Pi}\u00bf\u00a1\"'\u2018\u201e\p{Sc}\p{Nd}]")
_UNCASED_OR_UPPER = regex.compile(r"[\p{Lu}\p{Lt}\p{Lo}]")
_NUMBER = regex.compile(r"[0-9]{1,3}|[ivx]{1,5}")
_SHORT_NAME = regex.compile(r"\p{Lu}\p{L}{1,2}")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that are never the last of a sentence when a stop follows them: English; German; French, Spanish, Portuguese
# and Italian; Dutch. Words that are also others (`mind.`, `me.`) are left out.
_ABBREVIATIONS = _words(
    "approx capt cf col dr gen gov lt messrs mr mrs ms mt prof rep sen sgt st viz vs "
    "betr bspw bzgl bzw ca dipl evtl geb gem ggf hl hr hrsg ing inkl insb lfd nr orig sog str vgl zzgl "
    "aprox av avda dott esp fr mgr mlle mme mons ntra sig sr sra srta ste ud uds vda "
    "bijv blz dhr drs mevr"
)
_DOTTED_ABBREVIATIONS = frozenset({"e.g", "i.e", "z.b", "d.h", "u.a", "p.ej", "p.ex", "o.ä", "v.a"})
# These begin a number or a date, but end sentences too (`No.`, `max.`, `in May.`).
_BEFORE_NUMBERS = _words(
    "abb abs apt art bd ch chap fig max min no nos num núm p pág págs pg pp s sec tab tel vol "
    "jan feb mar mär apr jun jul aug sep sept okt oct nov dez dec"
)
# German writes ordinals with a stop; after these words a number is one (`am 22. November`).
_BEFORE_ORDINALS = _words(
    "der die das dem den des im am vom zum zur beim ab bis seit und jeden jeder jede ein eine einen einem "
    "montag dienstag mittwoch donnerstag freitag samstag sonntag montag, dienstag, mittwoch, donnerstag, "
    "freitag, samstag, sonntag,"
)


class Verdict(Enum):
    """What can be said about a possible end."""

    END = "a sentence ends here"
    NO_END = "the sentence goes on"
    UNSURE = "the words beside it do not tell"


def judge(before: str, following: str) -> Verdict:
    """Judge the stop `before` ends with.

    Args:
        before: The sentence up to the stop and the quotes that close after it; its last `LOOK_BACK` characters will do.
        following: The first character of what follows.

    """
    opens = bool(_OPENS.match(following))
    if not opens and not _UNCASED_OR_UPPER.match(following):
        return Verdict.NO_END
    before = before[-LOOK_BACK:].strip()
    found = _STOP.search(before, max(0, len(before) - _STOP_MAX))
    if found is None:
        return Verdict.UNSURE
    sign = found[0][0]
    if sign == "…":
        return Verdict.UNSURE
    if found["closers"] or sign not in _LEFT_TO_DETECTOR:
        return Verdict.END
    if sign == "." and not found[0].startswith(".."):
        return _full_stop(before[: found.start()], following, opens=opens)
    return Verdict.END if opens else Verdict.UNSURE


def _full_stop(before: str, following: str, *, opens: bool) -> Verdict:
    *others, word = before.split()[-3:] or [""]
    word = word.lstrip(_OPENERS)
    if _goes_on(word.lower(), others, following):
        return Verdict.NO_END
    return Verdict.END if opens or _is_short_word(word) else Verdict.UNSURE


def _goes_on(word: str, others: list[str], following: str) -> bool:
    if word in _ABBREVIATIONS or word in _DOTTED_ABBREVIATIONS or (following.isdigit() and word in _BEFORE_NUMBERS):
        return True
    if len(word) == 1 and word.isalpha():
        return True  # z. B., d. h., and initials
    if _NUMBER.fullmatch(word):
        return following.isdigit() or _is_ordinal(others)
    return False


def _is_ordinal(others: list[str]) -> bool:
    """Tell a number with a stop from one at the end of its sentence, by up to two words before it."""
    if not others or others[-1].endswith(":"):
        return True
    return others[-1].lower() in _BEFORE_ORDINALS and others != ["I", "am"]


def _is_short_word(word: str) -> bool:
    """Tell a word like `Yes` or `TV` from an abbreviation of as many letters, which the list would know."""
    return bool(_SHORT_NAME.fullmatch(word))
