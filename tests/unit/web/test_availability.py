"""When workers can be had, are away and are busy: over HTTP, also as calendars."""

from icalendar import Calendar

from tests.served import Served
from tests.unit.web.test_edits import code_of, ok

WEEK = {"from": "2026-03-02", "to": "2026-03-09"}


def test_hours_are_given_read_and_taken_away(api: Served) -> None:
    set_ = ok(
        api.sam.put(
            "/workers/priya/availability/hours", json={"hours": "MO-FR 09:00-17:00", "first": "2026-03-02"}
        )
    )
    single = {"start": "2026-03-07T09:00", "end": "12:00"}
    extra = ok(api.sam.post("/workers/priya/availability/times", json=single), 201)
    listed = ok(api.priya.get("/workers/priya/availability"))
    assert [row["ref"] for row in listed] == [set_["ref"], extra["ref"]]
    assert ok(api.sam.delete(f"/workers/priya/availability/{extra['ref']}")) == {"count": 1}
    assert ok(api.sam.delete("/workers/priya/availability")) == {"count": 1}
    assert ok(api.priya.get("/workers/priya/availability")) == []


def test_hours_can_be_had_as_a_calendar(api: Served) -> None:
    ok(
        api.sam.put(
            "/workers/priya/availability/hours", json={"hours": "MO-FR 09:00-17:00", "first": "2026-03-02"}
        )
    )
    answer = api.priya.get("/workers/priya/availability.ics", params=WEEK)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert "BEGIN:VAVAILABILITY" in answer.text
    assert answer.text.startswith("BEGIN:VCALENDAR\r\n")


def test_a_practitioner_asks_for_leave_and_the_office_approves_it(api: Served) -> None:
    made = api.session("2026-03-03 10:00")
    wanted = {"start": "2026-03-03", "type": "ANNUAL"}
    asked = ok(api.priya.post("/workers/priya/leave", json=wanted), 201)
    assert not asked["approved"]
    assert code_of(api.priya.post("/workers/tom/leave", json=wanted)) == (404, "E_NOT_FOUND")
    assert code_of(api.priya.post(f"/leave/{asked['ref']}/approve")) == (403, "E_FORBIDDEN")
    approved = ok(api.sam.post(f"/leave/{asked['ref']}/approve"))
    assert (approved["approved"], approved["sessions"]) == (True, [made["id"][:8]])
    assert ok(api.sam.post("/workers/tom/leave", json=wanted), 201)["approved"]
    assert [row["worker"] for row in ok(api.priya.get("/leave"))] == ["priya"]
    assert len(ok(api.sam.get("/leave"))) == 2
    ok(api.sam.delete(f"/leave/{asked['ref']}"))
    assert ok(api.priya.get("/leave")) == []


def test_busy_time_is_told_with_its_reasons_and_as_a_calendar(api: Served) -> None:
    made = api.session("2026-03-03 10:07")
    why = ok(api.priya.get("/workers/priya/busy/why", params=WEEK))
    (taken,) = [row for row in why if row["type"] == "BUSY"]
    assert made["id"][:8] in str(taken["because"])
    answer = api.priya.get("/workers/priya/busy.ics", params=WEEK | {"round": 30})
    (busy,) = Calendar.from_ical(answer.text).walk("VFREEBUSY")
    assert "20260302T233000Z/" in busy.to_ical().decode()
    assert "Noor" not in answer.text
    told = ok(api.priya.get("/workers/priya/busy", params=WEEK | {"round": 30}))
    assert told["time"]["blocks"][0]["start"] == "2026-03-02T23:30:00Z"


def test_the_time_of_a_room_can_be_had_as_a_calendar(api: Served) -> None:
    api.session("2026-03-03 10:00", site="chicago", room="room-3")
    answer = api.priya.get("/rooms/room-3/busy.ics", params=WEEK)
    (busy,) = Calendar.from_ical(answer.text).walk("VFREEBUSY")
    assert b"FREEBUSY" in busy.to_ical()


def test_calendars_that_are_read_in_time_are_not_stale(api: Served) -> None:
    assert ok(api.priya.get("/workers/priya/stale-sources")) == []
    assert code_of(api.priya.get("/workers/tom/stale-sources")) == (404, "E_NOT_FOUND")
