"""What one client may take of the server."""

from __future__ import annotations

from dataclasses import dataclass

from wyoming_tts.protocol.framing import FrameLimits

BYTES_PER_CHAR = 6
"""A character as JSON at its longest within the basic plane: `\\uXXXX`."""

BESIDES_TEXT_BYTES = 64 * 1024
"""Room for everything in an event's data that is not the text (voice, context)."""


@dataclass(frozen=True, slots=True)
class WireLimits:
    """Bounds on connections, waiting and text; the owner's settings map to it."""

    max_connections: int = 128
    """At this many the longest idle one makes room for the next."""
    idle_timeout_s: float = 300.0
    """A connection with nothing asked and nothing said is closed; Home Assistant opens one per request."""
    text_pause_s: float = 900.0
    """Within a text stream the client may fall silent this long: a tool call of an assistant takes minutes."""
    spared_pause_s: float = 10.0
    """A text stream that has waited for text no longer than this is not ended to make room for a newcomer."""
    read_timeout_s: float = 10.0
    """From the end of an event's header to the end of the event."""
    write_timeout_s: float = 30.0
    """A peer that takes not one byte for this long is cut off."""
    linger_s: float = 2.0
    """After an `error` the server reads on this long: closing on unread bytes would send RST and lose the error."""
    drain_s: float = 20.0
    """When the server stops, answers may take this long to finish."""
    text_chars: int = 50_000
    """Text of one request, and of all requests that wait on one connection."""
    max_waiting: int = 64
    """Requests that wait on one connection."""
    header_bytes: int = 64 * 1024
    payload_bytes: int = 1024 * 1024
    """No event to this server needs a payload; one of this size is skipped, a longer one ends the connection."""

    @property
    def frames(self) -> FrameLimits:
        """What one event may take."""
        return FrameLimits(
            header_bytes=self.header_bytes,
            data_bytes=BYTES_PER_CHAR * self.text_chars + BESIDES_TEXT_BYTES,
            payload_bytes=self.payload_bytes,
            body_s=self.read_timeout_s,
            keep_payload=False,
        )
