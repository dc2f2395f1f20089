"""The practice's diary: what staff do with sessions and events, each use case one transaction of one actor.

Rules live in `model`; here they meet the rows they are about. Nothing here prints, asks, or speaks to a
calendar: a run finds what changed by its number (`adapters.database.revisions`).
"""
