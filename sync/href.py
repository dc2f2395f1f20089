"""Decide when two hrefs name the same resource (FAILURES B27). Nothing here changes what is sent.

Servers spell one path in several ways (`@` and `%40`, `%C3` and `%c3`, `//`), sometimes one way in a listing
and another in a report. Requests go out in the spelling the server used; only comparisons use this.
"""

import re
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes, urlsplit

# RFC 3986, 3.3: what may stand in a path segment as it is; everything else is compared percent-encoded.
_PLAIN = "/-._~!$&'()*+,;=:@"


@lru_cache(maxsize=4096)  # a run meets the same href in the listing, in a page and in the database
def canonical_href(href: str) -> str:
    """The one spelling under which this href is compared and looked up: a path, or scheme, host and path.

    >>> canonical_href("/a%40b//%c3%bc.ics") == canonical_href("/a@b/%C3%BC.ics")
    True
    """
    parts = urlsplit(href)
    path = re.sub("//+", "/", parts.path or "/")
    spelled = "/".join(quote(unquote_to_bytes(segment), safe=_PLAIN[1:]) for segment in path.split("/"))
    query = f"?{parts.query}" if parts.query else ""
    if not parts.netloc:
        return spelled + query
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{spelled}{query}"
