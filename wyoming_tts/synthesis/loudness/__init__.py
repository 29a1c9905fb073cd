"""How loud every voice is, and should be."""
