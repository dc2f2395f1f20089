"""US5 (DOMAIN 6): "all future events" moved, or deleted, as calendar apps write it."""

import pytest

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.acceptance.series import WALL_TIMES, given_us2
from tests.phone import Phone

_UNTIL = "20260330T232959Z"  # a second before 31 March 10:00 in Adelaide
_WEDNESDAYS = {
    "until": _UNTIL,
    "start": "20260401T090000",
    "end": "20260401T100000",
    "rule": "FREQ=WEEKLY;BYDAY=WE;COUNT=4",
}
_AFTER = [*WALL_TIMES[:4], "2026-04-01T09:00", "2026-04-08T09:00", "2026-04-15T09:00", "2026-04-22T09:00"]


@pytest.mark.parametrize("looks_between", [False, True], ids=["one-pull", "two-pulls"])
def test_us5_this_and_future_moved(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone, looks_between: bool
) -> None:
    old = given_us2(office, caldav_server, collection_url, phone)
    office.at("2026-03-26T12:00+10:30")

    if looks_between:  # the app uploads the shortened series, and the rest a little later
        rest = phone.resource(old).calendar
        phone.cut(old, _UNTIL)
        office.sync()
        assert office.judged() == []
        new = phone.add_tail(rest, **{name: _WEDNESDAYS[name] for name in ("start", "end", "rule")})
    else:
        new = phone.split(old, **_WEDNESDAYS)
    office.settle()

    assert office.judged() == [("E6", "APPLIED", "")]
    assert office.starts("priya") == _AFTER
    assert {one["kind"] for one in office.sessions("priya")} == {"CLIENT_SESSION"}
    assert len({one["series_id"] for one in office.sessions("priya")}) == 2
    assert office.ask("event", "list", "priya", "2026-03-01", "2026-06-01") == []
    assert phone.uids() == sorted([old, new])
    assert phone.starts("2026-03-01", "2026-06-01", uid=old) == [
        "2026-03-02 23:30",
        "2026-03-09 23:30",
        "2026-03-16 23:30",
        "2026-03-23 23:30",
    ]
    assert phone.starts("2026-03-01", "2026-06-01", uid=new) == [
        "2026-03-31 22:30",
        "2026-04-07 23:30",
        "2026-04-14 23:30",
        "2026-04-21 23:30",
    ]


def test_us5_this_and_future_deleted(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    uid = given_us2(office, caldav_server, collection_url, phone)
    office.at("2026-03-26T12:00+10:30")

    phone.cut(uid, _UNTIL)
    office.settle()
    office.settle()

    assert office.judged() == [("E7", "HELD", "SERIES_DELETE")]
    assert office.starts("priya") == WALL_TIMES
    assert phone.uids() == [uid]
    assert len(phone.starts("2026-03-01", "2026-06-01")) == 8
