"""What speaks to an engine: one contract, many kinds."""
