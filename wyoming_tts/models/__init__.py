"""The child side: one module per engine."""
