"""A Wyoming text-to-speech server for Home Assistant that never goes mute."""

__version__ = "0.1.0"
