"""What the command line can do: one module a command, each imported only when it is asked for."""
