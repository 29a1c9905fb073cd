"""What the owner writes: one validated model."""
