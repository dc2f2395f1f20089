"""What stands beside sessions, on every server: padding, which nobody moves, and open slots, which practitioners do."""

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Phone

_ON = """
[booking]
allow = true
cutoff_min = 0
padding_display = "event"
open_slot_display = "event"
"""
_ALL = ("2026-03-09", "2026-04-01")


def _titles(phone: Phone) -> list[str]:
    return [one.split()[0] for _, one in phone.shows(*_ALL)]


def _at(phone: Phone, title: str) -> list[str]:
    return [start for start, one in phone.shows(*_ALL) if one.startswith(title)]


def _slots(office: Office) -> list[str]:
    return [
        one["start"][5:16] for one in office.ask("slots", "talk", "--worker", "mia", "--to", "2026-04-01")
    ]


def test_padding_and_open_slots_beside_sessions(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    office.configure(_ON)
    office.at("2026-03-09T08:00-05:00")
    office.run("booking", "type", "add", "talk", "--name", "Talk", "--minutes", "50", "--padding", "10")
    office.run(
        "booking", "window", "add", "mia", "--start", "2026-03-10 09:00", "--end", "11:00",
        "--rule", "FREQ=WEEKLY;COUNT=3",
    )  # fmt: skip
    office.link("mia", caldav_server, collection_url)
    office.settle()
    assert _titles(phone) == ["Open"] * 3
    office.run("booking", "book", "talk", "--worker", "mia", "--start", "2026-03-10 09:00", "--client", "eva")
    office.settle()
    assert sorted(_titles(phone)) == ["Open"] * 3 + ["Padding", "Session"]

    padding = phone.titled("Padding").uid
    phone.drag(padding, "20260310T150000", "20260310T151000")
    office.settle()
    assert office.judged() == [("E1", "REFUSED", "PADDING_OWNED")]
    session = phone.titled("Session C-1101").uid
    phone.drag(session, "20260310T140000", "20260310T145000")
    office.settle()
    assert _at(phone, "Padding") == ["2026-03-10 19:50"]

    window = phone.titled("Open slot").uid
    phone.drag_occurrence(window, "20260317T090000", "20260317T130000", "20260317T150000")
    office.settle()
    assert _slots(office) == [
        *("03-10T09:00", "03-10T10:00", "03-17T13:00", "03-17T14:00", "03-24T09:00", "03-24T10:00"),
    ]
    phone.delete_occurrence(window, "20260324T090000")
    office.settle()
    alone = next(uid for uid in phone.uids() if uid not in (padding, session, window))
    phone.delete(alone)
    office.settle()
    assert _slots(office) == ["03-10T09:00", "03-10T10:00"]
    assert sorted(_titles(phone)) == ["Open", "Padding", "Session"]
    assert [(code, state) for code, state, _ in office.judged()][1:] == [
        *(("E1", "APPLIED"), ("E1", "APPLIED"), ("E4", "APPLIED"), ("E5", "APPLIED")),
    ]
    assert office.sync()["lines"] == []
