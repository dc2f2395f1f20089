"""The routes, one file per noun; `app` puts them together."""
