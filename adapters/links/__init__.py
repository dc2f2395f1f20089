"""Calendar links as administrators handle them: find a calendar, link it, look after it, and end it."""
