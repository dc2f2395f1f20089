"""What is written for whoever is to find a fault and cannot see the practice: shapes, codes, times (FAILURES H10)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from importlib.metadata import version as installed
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Database

from adapters.database.engine import Sessions, reading
from adapters.database.schema import HEAD
from adapters.database.tables import metadata
from adapters.dav.profile import Multiget, Profile
from adapters.links.lookup import link_named
from adapters.support.masked_ical import masked_object
from adapters.support.masking import Disguise
from model.inbound import InboundChange
from model.journal import HistoryEntry, SyncRun
from model.link import CalendarLink, EventMapping
from model.session import Session
from sync import errors

_MOST_LINES = 5_000
_ACTION, _CODE = (
    re.compile(r"[a-z]{1,30}(?:-[a-z]{1,30}){0,4}"),
    re.compile(r"[A-Z]{1,20}(?:[0-9]{1,2}|(?:_[A-Z0-9]{1,20})+)"),
)
_CLASSES = {name for name in dir(errors) if name[:1].isupper()} | {"ok", "running", "stopped"}
_PROFILED = {str(one) for one in Multiget}
_PROFILE_NAMES = {field.name for field in fields(Profile)} | {"refresh_s"}


@dataclass(frozen=True, kw_only=True)
class Export:
    """A support export: all of it is shown as JSON. `history` is without the names of who did it."""

    program: dict[str, str]
    rows: dict[str, int]
    sessions: dict[str, int]
    links: list[dict[str, Any]]
    runs: list[dict[str, Any]]
    history: list[dict[str, Any]]


def export(sessions: Sessions, disguise: Disguise, refs: Sequence[str]) -> Export:
    """Everything of the links that are named, of all where none is; the rest only as counts."""
    with reading(sessions) as database:
        chosen = [link_named(database, ref) for ref in refs] or list(
            database.scalars(select(CalendarLink).order_by(CalendarLink.created_at, CalendarLink.id))
        )
        numbers = {link.id: number for number, link in enumerate(chosen, 1)}
        hosts = {link.host: f"host-{at}" for at, link in enumerate(chosen, 1)}
        return Export(
            program={"calendula": installed("calendula"), "schema": HEAD, "database": _dialect(database)},
            rows={table.name: _count(database, table.name) for table in metadata.sorted_tables},
            sessions=_by_status(database),
            links=[
                _link(database, link, disguise) | {"number": numbers[link.id], "host": hosts[link.host]}
                for link in chosen
            ],
            runs=_runs(database, disguise, numbers),
            history=_history(database, disguise, numbers),
        )


def _dialect(database: Database) -> str:
    return database.get_bind().dialect.name


def _count(database: Database, table: str) -> int:
    return database.scalar(select(func.count()).select_from(metadata.tables[table])) or 0


def _by_status(database: Database) -> dict[str, int]:
    query = select(Session.status, func.count()).group_by(Session.status).order_by(Session.status)
    return {str(row[0]): row[1] for row in database.execute(query)}


# --- links ----------------------------------------------------------------------------------------------------


def _link(database: Database, link: CalendarLink, disguise: Disguise) -> dict[str, Any]:
    mappings = database.scalars(
        select(EventMapping)
        .where(EventMapping.link_id == link.id)
        .order_by(EventMapping.created_at, EventMapping.id)
    )
    same = ("role", "mode", "state", "privacy_level", "cancelled_display", "pull_s", "failures", "seen_rev")
    return {
        **{name: _value(getattr(link, name)) for name in same},
        "state_reason": _words(link.state_reason),
        "last_error": link.last_error if link.last_error in _CLASSES else "?" * bool(link.last_error),
        "profile": _profile(link.profile),
        "corrected": _profile(link.corrected),
        "has_token": link.sync_token is not None,
        "has_ctag": link.ctag is not None,
        "reconciled_at": disguise.moment(link.reconciled_at),
        "last_ok_at": disguise.moment(link.last_ok_at),
        "next_run_at": disguise.moment(link.next_run_at),
        "events": [_event(mapping, disguise) for mapping in mappings],
        "changes": _changes(database, link.id, disguise),
    }


def _value(value: object) -> object:
    """Numbers as they are, words as far as they are the program's own."""
    if isinstance(value, bool | int):
        return value
    return (
        str(value)
        if re.fullmatch(r"[A-Z_]{1,30}|mark|remove|busy|reference|initials|first_name|full_name", str(value))
        else "?"
    )


def _profile(found: Mapping[str, object]) -> dict[str, object]:
    """What the server was seen to do: yes, no, numbers; of words those that we give."""
    known = [(name, value) for name, value in found.items() if re.fullmatch("[a-z_]{1,40}", name)]
    return {
        name: value if isinstance(value, bool | int) or value in _PROFILED or value is None else "?"
        for name, value in known
        if name in _PROFILE_NAMES
    }


def _event(mapping: EventMapping, disguise: Disguise) -> dict[str, Any]:
    """How it stands with one event: what the server has, and what we had sent where that is something else."""
    unit = "series" if mapping.series_id else "session" if mapping.session_id else "none"
    return {
        "state": str(mapping.state),
        "unit": unit,
        "away": mapping.away,
        "part": mapping.part_of is not None,
        "waits": bool(mapping.waiting),
        "has_remark": bool(mapping.note),
        "has_etag": mapping.etag is not None,
        "writes": mapping.writes,
        "there": _body(mapping.base_ical, disguise),
        "sent": _body(mapping.pushed_ical, disguise),
    }


def _body(body: bytes | None, disguise: Disguise) -> str | None:
    """As text; octets that are no UTF-8 were masked one by one."""
    return None if body is None else masked_object(body, disguise).decode("utf-8", "replace")


def _changes(database: Database, link_id: UUID, disguise: Disguise) -> list[dict[str, Any]]:
    newest = select(InboundChange).where(InboundChange.link_id == link_id)
    rows = database.scalars(newest.order_by(InboundChange.detected_at.desc()).limit(_MOST_LINES))
    return [
        {
            "at": disguise.moment(row.detected_at), "code": _words(row.code), "reason": _words(row.reason_code),
            "warnings": _words(row.warnings), "state": str(row.state), "of_series": row.series_id is not None,
        }
        for row in rows
    ]  # fmt: skip


# --- what happened --------------------------------------------------------------------------------------------


def _runs(database: Database, disguise: Disguise, numbers: Mapping[UUID, int]) -> list[dict[str, Any]]:
    query = select(SyncRun).where(SyncRun.link_id.in_(numbers)).order_by(SyncRun.started_at.desc())
    return [
        {
            "at": disguise.moment(row.started_at), "until": disguise.moment(row.ended_at), "link": numbers[row.link_id],
            "job": row.job if _ACTION.fullmatch(row.job) else "?",
            "result": row.result if row.result in _CLASSES else "?",
            "counts": {_counted(name): many for name, many in row.counts.items() if isinstance(many, int)},
        }
        for row in database.scalars(query.limit(_MOST_LINES))
    ]  # fmt: skip


def _counted(name: str) -> str:
    return name if re.fullmatch(r"[a-z_-]{1,30}(?:[ :][a-zA-Z_-]{1,30})?", name) else "?"


def _history(database: Database, disguise: Disguise, numbers: Mapping[UUID, int]) -> list[dict[str, Any]]:
    query = select(HistoryEntry).order_by(HistoryEntry.at.desc(), HistoryEntry.id).limit(_MOST_LINES)
    return [
        {
            "at": disguise.moment(row.at), "action": row.action if _ACTION.fullmatch(row.action) else "?",
            "code": _words(row.code), "link": numbers.get(row.link_id) if row.link_id else None,
            "of": "series" if row.series_id else "session" if row.session_id else None,
        }
        for row in database.scalars(query)
    ]  # fmt: skip


def _words(text: str) -> str:
    """Codes as they are; what has not the form of one is not said."""
    return " ".join(word if _CODE.fullmatch(word) else "?" for word in text.split())
