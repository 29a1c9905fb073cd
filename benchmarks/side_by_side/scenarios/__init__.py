"""What is asked of every contender."""
