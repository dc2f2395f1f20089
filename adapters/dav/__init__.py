"""CalDAV: a guarded HTTP client, the XML of RFC 4791 and 6578, and a calendar that fulfils the sync port.

Import from the modules (`adapters.dav.calendar`, ...): this file imports nothing, so that a command which
needs no network does not pay for it.
"""
