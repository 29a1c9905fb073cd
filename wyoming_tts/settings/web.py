"""The HTTP side's settings."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from wyoming_tts.settings.address import HostPort
from wyoming_tts.settings.section import Section

_OFF = frozenset({"off", "false", "no", "none"})


def _off(value: object) -> object:
    if value is False or (isinstance(value, str) and value.strip().lower() in _OFF):
        return None
    return value


def _listen(text: str | None) -> str | None:
    return None if text is None else str(HostPort.parse(text))


class WebSettings(Section):
    """The page and the health checks."""

    listen: Annotated[str | None, BeforeValidator(_off), AfterValidator(_listen)] = "127.0.0.1:10280"
    """Where to answer HTTP, as `host:port` (an IPv6 address in brackets); `off` for not at all. Whoever reaches this
    address can use it, so keep it on this machine or in a network you trust."""

    @property
    def address(self) -> HostPort | None:
        """The address in its parts; None where HTTP is off."""
        return None if self.listen is None else HostPort.parse(self.listen)
