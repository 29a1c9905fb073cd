"""What stands round every adapter, each with the one method `synthesize`."""
