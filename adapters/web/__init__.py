"""The HTTP API: thin over the same functions that the command line uses. Who may do what is in `policy`."""
