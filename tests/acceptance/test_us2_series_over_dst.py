"""US2 (DOMAIN 6): a weekly series keeps its wall time when Adelaide leaves daylight saving time."""

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.acceptance.series import WALL_TIMES, add_weekly, link_priya
from tests.phone import Phone


def test_us2_series_over_dst(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    link_priya(office, caldav_server, collection_url)
    first = add_weekly(office)
    assert [one["status"] for one in office.sessions("priya")] == ["DRAFT"] * 8
    office.sync()
    assert phone.resources() == []

    office.run("session", "roster", first, "--scope", "all")
    office.sync()

    event = phone.master()
    assert sorted(event.value("RRULE").split(";")) == ["BYDAY=TU", "COUNT=8", "FREQ=WEEKLY"]
    assert event.lines("DTSTART") == ["DTSTART;TZID=Australia/Adelaide:20260303T100000"]
    assert office.starts("priya") == WALL_TIMES
    assert phone.starts("2026-03-01", "2026-05-01") == [
        "2026-03-02 23:30",
        "2026-03-09 23:30",
        "2026-03-16 23:30",
        "2026-03-23 23:30",
        "2026-03-30 23:30",
        "2026-04-07 00:30",
        "2026-04-14 00:30",
        "2026-04-21 00:30",
    ]
    office.later(minutes=5)
    assert office.sync()["lines"] == []
