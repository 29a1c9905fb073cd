"""Adapters whose model runs in a worker on this machine."""
