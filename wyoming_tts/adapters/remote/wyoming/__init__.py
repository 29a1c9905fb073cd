"""Other Wyoming servers."""
