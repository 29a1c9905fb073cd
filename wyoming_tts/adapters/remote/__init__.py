"""Adapters to engines elsewhere: on another machine, or in a cloud."""
