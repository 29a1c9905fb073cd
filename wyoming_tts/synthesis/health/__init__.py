"""Which providers may be tried."""
