"""The Wyoming side: sockets, sessions, discovery."""
