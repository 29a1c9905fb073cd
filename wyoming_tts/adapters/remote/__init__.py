"""Engines elsewhere: clouds, servers in the house, other Wyoming servers."""
