"""What leaves as messages: the words of them, and the ways they go."""
