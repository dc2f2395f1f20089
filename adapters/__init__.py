"""The outside: servers, files, databases, timers and the people at a terminal."""
