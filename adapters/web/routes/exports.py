"""Files for other programs: what was delivered, as a table; sessions, as a calendar; what a client cancelled."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from adapters.database.engine import reading
from adapters.diary.absences import Counted, counted
from adapters.diary.exporting import export_sessions
from adapters.diary.exporting_services import extract_services, services_table
from adapters.diary.listing import Window
from adapters.web.desk import At
from adapters.web.etags import IfMatch, changed, digest
from adapters.web.texts import Calendar, Table, described
from adapters.web.wire import Ref, When

router = APIRouter(tags=["exports"])
_FILE = {"Content-Disposition": 'attachment; filename="services.csv"'}
_TABLE = described(
    Table, "One line of what was delivered in each row; without any only the names of the columns."
)
From = Annotated[When | None, Query(alias="from")]
To = Annotated[When | None, Query(alias="to", description="Itself not included.")]


@router.get(
    "/exports/services.csv",
    operation_id="preview_export",
    summary="What was delivered and not exported yet",
    response_class=Table,
    responses=_TABLE,
)
def preview(at: At) -> Table:
    """Nothing is locked by looking. Its ETag is what the export has to name in If-Match."""
    with reading(at.sessions) as database:
        found = services_table(database).text
    return Table(found, headers=_FILE | {"ETag": digest(found)})


@router.post(
    "/exports/services.csv",
    operation_id="export_services",
    summary="Export it: these lines are final from now on",
    response_class=Table,
    responses=_TABLE,
)
def export(at: At, response: Response, if_match: IfMatch = None) -> Table:
    """The same table as was shown, or 412. Should the answer get lost, what was shown before is what was exported."""
    done = changed(
        at.sessions,
        if_match,
        response,
        tag=lambda database: digest(services_table(database).text),
        step=lambda within: extract_services(within, at.act()),
    )
    return Table(done.text, headers=_FILE)


@router.get(
    "/exports/sessions.ics",
    operation_id="export_sessions",
    summary="Sessions as an iCalendar file, for use in the practice",
    response_class=Calendar,
    responses=described(Calendar, "Each session as an event of its own."),
)
def sessions_file(
    at: At,
    start: From = None,
    end: To = None,
    worker: Ref | None = None,
    client: Ref | None = None,
    site: Ref | None = None,
) -> Calendar:
    """As much as a list of sessions says: clients by their internal ids."""
    window = Window(start=start, end=end, worker=worker, client=client, site=site)
    return Calendar(export_sessions(at.sessions, at.act(), window, at.config.privacy))


@router.get(
    "/clients/{client}/cancellations",
    operation_id="list_cancellations",
    summary="What a client cancelled or missed",
)
def cancellations(at: At, client: Ref, start: From = None, end: To = None) -> list[Counted]:
    """In order of time, as each was judged; a report, and no limit."""
    return counted(at.sessions, client, start, end)
