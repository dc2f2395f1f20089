"""Feeds: secret addresses of calendars that are only read; who has one, and what it shows."""
