"""The HTTP side: health and the status page."""
