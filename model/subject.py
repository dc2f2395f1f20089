"""What a practice's sessions are called: a convention that is reminded of, never enforced (001-07)."""

import re


def subject_warnings(subject: str, pattern: str) -> list[str]:
    """SUBJECT_PATTERN where a subject, all of it, is not as the practice wants it; without a pattern all are."""
    return ["SUBJECT_PATTERN"] * bool(pattern and not re.fullmatch(pattern, subject))
