"""Formats of audio that providers send, each taken apart while it arrives."""
