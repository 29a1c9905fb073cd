"""Model processes: the child's server and the parent's host."""
