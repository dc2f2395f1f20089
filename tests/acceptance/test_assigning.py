"""000-09: a session changes hands, and with the next push the calendars, too (against real servers)."""

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.acceptance.two_calendars import two_calendars

SESSION = ("--client", "noor", "--site", "adelaide", "--minutes", "60", "--roster", "--as", "sam")


def test_000_09_the_event_leaves_one_calendar_and_comes_into_the_other(
    office: Office, caldav_server: Server
) -> None:
    office.at("2026-03-02T09:00+10:30")
    with two_calendars(office, caldav_server, "tom", "lena") as pair:
        added = office.ask("session", "add", "--start", "2026-03-10 10:00", "--worker", "tom", *SESSION)
        pair.sync()
        assert pair.shown("tom") == ["20260310T100000 Session C-1077"]
        old = pair.phones["tom"].only().uid

        office.run("session", "assign", added["session_id"], "--worker", "lena")
        office.run("session", "unassign", added["session_id"], "--worker", "tom")
        pair.sync()
        assert pair.shown("tom") == []
        assert pair.shown("lena") == ["20260310T100000 Session C-1077"]
        assert pair.phones["lena"].only().uid != old

        office.run("session", "assign", added["session_id"], "--worker", "tom", "--start", "10:30")
        pair.sync()
        assert pair.shown("tom") == ["20260310T103000 Session C-1077"]

        office.run("session", "decline", added["session_id"], "--worker", "tom")
        pair.sync()
        assert pair.shown("tom") == []
        assert pair.shown("lena") == ["20260310T100000 Session C-1077"]
        assert office.judged() == []


def test_000_09_one_occurrence_changes_hands_and_the_rest_follows(
    office: Office, caldav_server: Server
) -> None:
    office.at("2026-03-02T09:00+10:30")
    weekly = ("--rule", "FREQ=WEEKLY;COUNT=4")
    with two_calendars(office, caldav_server, "tom", "lena") as pair:
        office.run("session", "add", "--start", "2026-03-03 10:00", "--worker", "tom", *SESSION, *weekly)
        second = office.sessions("tom")[1]["id"]
        office.run("session", "assign", second, "--worker", "lena", "--scope", "this")
        office.run("session", "unassign", second, "--worker", "tom", "--scope", "this")
        pair.sync()
        tom, lena = pair.phones["tom"], pair.phones["lena"]
        march = ("2026-03-01", "2026-05-01")
        assert tom.starts(*march) == ["2026-03-02 23:30", "2026-03-16 23:30", "2026-03-23 23:30"]
        assert lena.starts(*march) == ["2026-03-09 23:30"]

        third = office.sessions("tom")[1]["id"]
        office.run("session", "assign", third, "--worker", "lena", "--scope", "following")
        office.run("session", "unassign", third, "--worker", "tom", "--scope", "following")
        pair.sync()
        assert tom.starts(*march) == ["2026-03-02 23:30"]
        assert lena.starts(*march) == ["2026-03-09 23:30", "2026-03-16 23:30", "2026-03-23 23:30"]
        assert office.judged() == []


def test_000_16_a_group_is_counted_anew_when_its_clients_change(
    office: Office, caldav_server: Server
) -> None:
    office.at("2026-03-02T09:00+10:30")
    group = ("--work-type", "GROUP", "--client", "liam", "--worker", "tom")
    with two_calendars(office, caldav_server, "tom", "lena") as pair:
        added = office.ask("session", "add", "--start", "2026-03-10 10:00", *SESSION, *group)["session_id"]
        pair.sync()
        assert pair.shown("tom") == ["20260310T100000 Group · 2"]
        office.run("session", "clients", added, "--add", "eva")
        pair.sync()
        assert pair.shown("tom") == ["20260310T100000 Group · 3"]
