"""Measurements of what is promised: `script/bench NAME` runs benchmarks/NAME.py."""
