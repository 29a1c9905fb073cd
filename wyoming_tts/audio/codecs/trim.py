"""Samples that an encoder added and nobody should hear."""

from __future__ import annotations


class Trim:
    """Cuts 16-bit mono PCM at both ends."""

    def __init__(self, *, skip_samples: int = 0, most_samples: int | None = None) -> None:
        self._skip_bytes = 2 * skip_samples
        self._left_bytes = None if most_samples is None else 2 * most_samples

    @property
    def over(self) -> bool:
        """Nothing more is to be heard."""
        return self._left_bytes == 0

    def cut(self, pcm: bytes) -> bytes:
        """Return what is to be heard of the next PCM."""
        if self._skip_bytes:
            skipped = min(self._skip_bytes, len(pcm))
            self._skip_bytes -= skipped
            pcm = pcm[skipped:]
        if self._left_bytes is not None:
            pcm = pcm[: self._left_bytes]
            self._left_bytes -= len(pcm)
        return pcm

    def end_after(self, most_samples: int) -> None:
        """Let so many more be heard from now on."""
        self._left_bytes = 2 * most_samples
