"""The server, through its public surface: a client in the same process, or one over pipes."""
