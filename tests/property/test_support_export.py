"""A support export tells nothing of the practice (FAILURES H10): canaries in every text, and none of them comes out."""

import json
import re
import sqlite3
import stat

from adapters.demo.radicale import Server
from tests.acceptance.conftest import office
from tests.acceptance.office import Office
from tests.phone import Phone
from tests.property.test_privacy_leak import _fill, _play, _words

__all__ = ["office"]

# Texts that are no free texts of the domain, and name people, places or servers all the same.
_NAMES = {
    "client": ("ref", "Qzclientref"), "worker": ("ref", "Qzworkerref"), "calendar_account": ("user", "Qzlogin"),
    "calendar_link": ("name", "Qzcalendar"), "event_mapping": ("note", "Qzremark"), "feed": ("title", "Qztitle"),
}  # fmt: skip


def test_h10_no_word_of_the_practice_is_in_a_support_export(
    office: Office, radicale: Server, collection: str, phone_on_radicale: Phone
) -> None:
    _fill(office)
    office.link("priya", radicale, collection, "--level", "full_name")
    office.settle()
    _play(phone_on_radicale)
    office.settle()
    _name(office)
    file = office.folder / "fault.json"
    said = office.run("support-export", str(file))
    body = file.read_bytes()
    found = json.loads(body)

    assert _words(body + said.encode()) == set()
    assert not {word for word in _everyone(office) if word.encode() in body}
    for host in (b"127.0.0.1", b"localhost", radicale.user.encode() + b"/", radicale.password.encode()):
        assert host not in body
    assert not re.search(rb"2026(-|[01][0-9][0-3][0-9]T)", body)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    _check_what_is_in_it(found, phone_on_radicale)
    assert office.attempt("support-export", str(file)).code == 1
    assert file.read_bytes() == body


def _name(office: Office) -> None:
    database = sqlite3.connect(office.folder / "calendula.sqlite3")
    with database:
        for table, (column, word) in _NAMES.items():
            database.execute(f'UPDATE {table} SET "{column}" = ? || rowid', (word,))  # noqa: S608 - our own names
        database.execute("UPDATE calendar_link SET state_reason = 'Qzadmin', last_error = 'QzError'")
        database.execute("UPDATE sync_run SET job = 'Qzjob', result = 'Qzresult'")
        database.execute(
            "UPDATE inbound_change SET reason_code = 'Qzreason QZREASON', warnings = 'Qzwarning'"
        )
    database.close()


def _everyone(office: Office) -> set[str]:
    """What would tell whose practice it is: ids of rows, and addresses of events."""
    database = sqlite3.connect(office.folder / "calendula.sqlite3")
    found = {
        row[0]
        for row in database.execute("SELECT uid FROM event_mapping UNION SELECT href FROM event_mapping")
    }
    found |= {row[0] for row in database.execute("SELECT id FROM client UNION SELECT id FROM session")}
    database.close()
    assert len(found) > 30
    return found


def _check_what_is_in_it(found: dict, phone: Phone) -> None:  # type: ignore[type-arg]  # parsed JSON
    """What a developer starts from: an event as long as the one in the calendar, codes, counts and versions."""
    [link] = found["links"]
    assert (link["role"], link["mode"], link["number"], link["host"]) == ("WORK", "TWO_WAY", 1, "host-1")
    assert (link["state_reason"], link["last_error"]) == ("?", "?")
    there = [one["there"] for one in link["events"] if one["there"]]
    assert {len(text.encode()) for text in there} <= {len(one.body) for one in phone.resources()}
    assert all(text.startswith("BEGIN:VCALENDAR") for text in there)
    assert {change["code"] for change in link["changes"]} >= {"E1", "E8"}
    assert found["rows"]["session"] > 10
    assert found["program"]["database"] == "sqlite"
    assert {line["action"] for line in found["history"]} >= {"judged"}
    assert all(re.fullmatch(r"(19|20)\d\d-.*", line["at"]) for line in found["history"])


def test_h10_two_exports_move_days_and_name_events_each_its_own_way(
    office: Office, radicale: Server, collection: str
) -> None:
    office.at("2026-03-02T09:00+10:30")
    office.run(
        "session",
        "add",
        "--worker",
        "priya",
        "--minutes",
        "50",
        "--roster",
        "--client",
        "noor",
        "--start",
        "2026-03-10 09:00",
    )
    office.link("priya", radicale, collection)
    office.settle()
    uids = []
    for name in ("one.json", "two.json"):
        office.run("support-export", str(office.folder / name), "--link", "priya")
        [link] = json.loads((office.folder / name).read_text())["links"]
        [event] = link["events"]
        uids.append(re.findall(r"UID:(\S+)", event["there"])[0])
    assert uids[0] != uids[1]
    assert office.attempt("support-export", str(office.folder / "no.json"), "--link", "nobody").code == 1
