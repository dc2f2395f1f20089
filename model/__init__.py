"""The nouns of a practice and their rules, without queries, sockets or clocks."""
