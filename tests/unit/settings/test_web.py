from __future__ import annotations

import pytest
from pydantic import ValidationError

from wyoming_tts.settings.web import WebSettings


@pytest.mark.parametrize("listen", [None, "off", "Off", False, "none", "false"])
def test_it_can_be_turned_off(listen: object) -> None:
    settings = WebSettings.model_validate({"listen": listen})
    assert settings.listen is None
    assert settings.address is None


def test_it_stays_on_this_machine_by_default() -> None:
    assert WebSettings().address == ("127.0.0.1", 10280)
    assert WebSettings(listen="[::1]:80").address == ("::1", 80)


@pytest.mark.parametrize("listen", ["", "8080", True, "::1:80", 8080])
def test_anything_else_is_refused(listen: object) -> None:
    with pytest.raises(ValidationError):
        WebSettings.model_validate({"listen": listen})
