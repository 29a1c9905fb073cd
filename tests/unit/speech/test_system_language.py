"""The environment's own order and spelling decide which language a fresh house speaks."""

from __future__ import annotations

import pytest

from wyoming_tts.speech.system_language import system_language


@pytest.mark.parametrize(
    ("environ", "tag"),
    [
        ({"LANG": "de_AT.UTF-8"}, "de-AT"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8"}, "fr-FR"),
        ({"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr_FR.UTF-8", "LC_ALL": "nl_NL"}, "nl-NL"),
        ({"LANG": "sv_SE.UTF-8", "LC_ALL": "", "LC_MESSAGES": ""}, "sv-SE"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, "en-US"),
        ({"LANG": "C.UTF-8"}, "en-US"),
        ({"LANG": "POSIX"}, "en-US"),
        ({}, "en-US"),
        ({"LANG": "sr_RS@latin"}, "sr-RS"),
        ({"LANG": "es_419"}, "es-419"),
        ({"LANG": "eo"}, "eo"),
        ({"LANG": "../../etc"}, "en-US"),
    ],
)
def test_system_language(environ: dict[str, str], tag: str) -> None:
    assert system_language(environ) == tag
