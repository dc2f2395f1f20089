"""What a developer may see of a practice: its shape and what happened, none of its words (FAILURES H10)."""
