"""The pages that clients see in a browser: what they look like, and how one is made."""
