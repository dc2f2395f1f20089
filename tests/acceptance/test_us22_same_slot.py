"""US22 (DOMAIN 6): a group that is none: three clients of one practitioner in the same slot, every other week."""

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Phone

_CLIENTS = ("jordan", "eva", "liam")
_UTC = [
    "2026-03-05 20:00", "2026-03-19 19:00", "2026-04-02 19:00", "2026-04-16 19:00", "2026-04-30 19:00",
    "2026-05-14 19:00", "2026-05-28 19:00",
]  # fmt: skip
_RULE = "FREQ=WEEKLY;INTERVAL=2;UNTIL=20260529"


def book(office: Office, client: str) -> dict[str, object]:
    return office.ask(
        "session", "add", "--worker", "mia", "--client", client, "--start", "2026-03-05 14:00", "--minutes", "50",
        "--rule", _RULE, "--roster", "--as", "mia",
    )  # fmt: skip


def test_us22_group_by_same_slot(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    office.configure("[rules]\nallow_delete_rostered = true")
    office.link("mia", caldav_server, collection_url)
    booked = [book(office, client) for client in _CLIENTS]
    assert [one["count"] for one in booked] == [7, 7, 7]
    assert [one["warnings"] for one in booked] == [[], ["SLOT_OVERLAP"], ["SLOT_OVERLAP"]]
    unknown = office.ask("session", "list", "--overlapping")
    assert [one["start"][:10] for one in unknown] == sorted(2 * [start[:10] for start in _UTC])
    for one in booked[1:]:
        office.run("session", "acknowledge", str(one["session_id"]), "--scope", "all", "--as", "mia")
    assert office.ask("session", "list", "--overlapping") == []
    office.settle()

    assert len(phone.uids()) == 3
    for uid in phone.uids():
        assert phone.starts("2026-03-01", "2026-06-30", uid=uid) == _UTC
    blocks = office.ask("busy", "mia", "2026-03-01", "2026-06-30")
    assert [(block["start"][:16].replace("T", " "), block["fbtype"]) for block in blocks] == [
        (start, "BUSY") for start in _UTC
    ]

    of_liam = office.ask("session", "list", "--worker", "mia", "--client", "liam")
    (third,) = [one["id"] for one in of_liam if one["start"].startswith("2026-04-16")]
    office.run("session", "delete", third, "--scope", "following", "--yes", "--as", "mia")
    office.settle()

    left = {
        client: office.ask("session", "list", "--worker", "mia", "--client", client) for client in _CLIENTS
    }
    assert {client: len(sessions) for client, sessions in left.items()} == {"jordan": 7, "eva": 7, "liam": 3}
    shown = sorted(len(phone.starts("2026-03-01", "2026-06-30", uid=uid)) for uid in phone.uids())
    assert shown == [3, 7, 7]
    assert office.judged() == []
