"""Where sessions are kept: SQLite by default, PostgreSQL by URL; the same behaviour on both."""
