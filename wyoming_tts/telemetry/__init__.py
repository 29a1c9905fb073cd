"""Logs that tell what happened and never what was said."""
