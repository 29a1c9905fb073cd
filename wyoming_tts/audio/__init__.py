"""Bytes of PCM: frames, resampling, fades."""
