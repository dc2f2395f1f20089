# ruff: noqa: S608 - the only texts that get into these queries are our own
"""A client who is erased is nowhere any more (FAILURES H7): canaries in every text about one client, on both sides.

Each text column of each row about the client holds a word of its own, as it does in `test_privacy_leak`; then the bytes
of the database's files and of the calendar may hold only the words that are listed to stay.
"""

import sqlite3
from pathlib import Path

from adapters.demo.radicale import Server
from tests.acceptance.conftest import office
from tests.acceptance.office import Office
from tests.agreed import AGREED
from tests.phone import Phone
from tests.property.test_privacy_leak import CANARY, PLANTED

__all__ = ["office"]

WHO = ("--worker", "priya", "--minutes", "50", "--roster", "--as", "sam")
# What stays, and why: the number on bills; how an amount came about, in the words of the rules; how it is claimed; and
# who of the staff signed.
STAYS = {"Qzinternal", "Qztrace", "Qzclaimtype", "Qzsigner"}
_NOOR = "(SELECT id FROM client WHERE internal_id LIKE '%1077' OR internal_id = 'Qzinternal')"
_SESSIONS = f"(SELECT session_id FROM session_client WHERE client_id = {_NOOR})"
_GROUPS = "(SELECT session_id FROM session_client GROUP BY session_id HAVING count(*) > 1)"
_OWN = f"(SELECT id FROM session WHERE id IN {_SESSIONS} AND id NOT IN {_GROUPS})"
_SERIES = f"(SELECT series_id FROM series_client WHERE client_id = {_NOOR})"
_STAYS = f"(SELECT id FROM bed_booking WHERE client_id = {_NOOR})"
_AGREEMENTS = f"(SELECT id FROM service_agreement WHERE client_id = {_NOOR})"
ABOUT = {
    "client": f"id = {_NOOR}",
    "session": f"id IN {_OWN}",
    "series": f"id IN {_SERIES}",
    "cancellation": f"client_id = {_NOOR}",
    "note": f"session_id IN {_OWN}",
    "waiver": f"session_id IN {_OWN} OR booking_id IN {_STAYS}",
    "bed_booking": f"client_id = {_NOOR}",
    "bed_hold": f"booking_id IN {_STAYS}",
    "booking_request": f"client_id = {_NOOR}",
    "planned_service": f"session_id IN {_OWN}",
}
KEYS = {
    "client": f"id = {_NOOR}",
    "service_agreement": f"client_id = {_NOOR}",
    "agreement_item": f"agreement_id IN {_AGREEMENTS}",
    "blocklist_entry": f"client_id = {_NOOR}",
    "group_template_client": f"client_id = {_NOOR}",
}


def _words(said: bytes) -> set[str]:
    return {word.decode() for word in CANARY.findall(said)}


def _files(office: Office) -> bytes:
    """Every byte of the database: its file, its log and its index."""
    files = sorted(Path(office.folder).glob("calendula.sqlite3*"))
    assert files
    return b"\n".join(file.read_bytes() for file in files)


def _kept(office: Office, planted: set[str]) -> set[str]:
    """Which of them are there; what stands beside a text in a file may look like more of it."""
    files = _files(office)
    return {word for word in planted if word.encode() in files}


def _fill(office: Office) -> None:
    """Something of every kind that is about Noor, and a group in which others are too."""
    office.configure(
        '[privacy]\nmaximum = "full_name"\ninclude_employee_message = true\nshare_client_address = true\n'
    )
    office.at("2026-03-02T09:00+10:30")
    for level in ("first_name", "full_name"):
        office.run("privacy", "attest", level, "--basis", "BAA", "--as", "ada")
    file = office.folder / "more.toml"
    file.write_text(
        f'{AGREED}\n[[bed]]\nid = "b2"\nname = "Bed"\nsite = "adelaide"\n[[asset]]\nid = "bus"\nname = "Bus"\n'
        '[[blocklist]]\nid = "apart"\nworker = "lena"\nclient = "noor"\n',
        encoding="utf-8",
    )
    office.run("practice", "import", str(file))
    _stay(office)
    add = ("session", "add", *WHO)
    first = ("--start", "2026-03-10 09:00", "--client", "noor", "--site", "adelaide", "--asset", "bus")
    session = office.ask(*add, *first)["session_id"]
    office.run("service", "plan", session, "--service", "outing", "--claim-type", "direct")
    office.run("note", "diagnose", session, "F41.1", "--as", "sam")
    taken = ("--start", "2026-03-10 09:30", "--client", "noor", "--asset", "bus", "--override", "a reason")
    office.run(*add, *taken)
    office.run(*add, "--start", "2026-03-11 11:00", "--client", "noor", "--location-type", "CLIENT_ADDRESS")
    office.run(*add, "--start", "2026-03-12 09:00", "--client", "noor", "--rule", "FREQ=WEEKLY;COUNT=4")
    office.run(*add, "--start", "2026-03-10 14:00", "--client", "noor", "--kind", "CLIENT_CONTACT")
    group = ("--work-type", "GROUP", "--client", "noor", "--client", "eva", "--site", "adelaide")
    office.run(*add, "--start", "2026-03-11 09:00", "--subject", "Everybody", *group)
    off = office.ask(*add, "--start", "2026-03-13 09:00", "--client", "noor")["session_id"]
    how = ("--by", "client", "--reason", "client-ill", "--advised", "2026-03-02 08:00", "--note", "private")
    office.run("session", "cancel", off, *how)


def _stay(office: Office) -> None:
    nights = ("--start", "2026-03-20", "--end", "2026-03-23")
    stay = office.ask("bed", "book", "b2", "--client", "noor", *nights)["booking_id"]
    office.run("bed", "hold", stay, "--from", "2026-03-21", "--to", "2026-03-22", "--reason", "private")
    office.run("bed", "cancel", stay, "--reason", "private")


def _plant(office: Office) -> set[str]:
    """Canaries into every text about her; which were planted."""
    database = sqlite3.connect(office.folder / "calendula.sqlite3")
    planted: set[str] = set()
    with database:
        for table, where in ABOUT.items():
            for column, word in PLANTED[table].items():
                done = database.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (word,))
                planted |= _words(word.encode()) if done.rowcount else set()
        for table, where in KEYS.items():
            rows = database.execute(f"SELECT id FROM {table} WHERE {where}").fetchall()
            assert rows or table == "group_template_client", table
            for number, (row,) in enumerate(rows):
                key = f"Qzkey{table.replace('_', '')}{'abcdefgh'[number]}"
                database.execute(f"UPDATE {table} SET ref = ? WHERE id = ?", (key, row))
                planted.add(key)
        at = "UPDATE session SET rev = (SELECT latest FROM revision), updated_at = updated_at"
        database.execute(at)
    database.close()
    return planted


def test_h7_an_erased_client_is_in_no_file_of_the_database_and_in_no_calendar(
    office: Office, radicale: Server, collection: str, phone_on_radicale: Phone
) -> None:
    _fill(office)
    planted = _plant(office)
    assert planted >= {
        "Qzfirst",
        "Qzsubject",
        "Qznote",
        "Qzhold",
        "Qzwaivernote",
        "Qzdiagnosis",
        "Qzclientaddress",
    }
    office.link("priya", radicale, collection, "--level", "full_name")
    office.settle()
    before = b"\n".join(one.body for one in phone_on_radicale.resources())
    assert {"Qzfirst", "Qzlast", "Qzsubject"} <= _words(before)
    assert _kept(office, planted) == planted

    office.at("2026-06-02T09:00+09:30")
    office.settle()
    asked = office.ask("client", "erase", "Qzinternal", "--preview")
    assert (asked["done"], asked["waiting"]) == (False, {"priya": len(phone_on_radicale.resources())})
    said = office.run("client", "erase", "Qzinternal", "--yes", "--as", "ada")
    assert "are to be written anew" in said
    office.run("sync")
    done = office.ask("client", "erase", "Qzinternal", "--yes")

    assert (done["waiting"], done["left"], done["scrubbed"]) == ({}, {}, True)
    left = b"\n".join(one.body for one in phone_on_radicale.resources())
    assert _words(left) <= {"Qzinternal"}
    assert b"Qzinternal" in left
    assert _kept(office, planted) == STAYS
    assert b"Everybody" in _files(office)  # of a group: it is about Eva too
    _check_what_stays(office)


def _check_what_stays(office: Office) -> None:
    """Dates, amounts, and the record of who did it, without a name."""
    database = sqlite3.connect(office.folder / "calendula.sqlite3")
    sessions = database.execute(f"SELECT count(*) FROM session_client WHERE client_id = {_NOOR}").fetchone()
    cancelled = database.execute("SELECT amount_cents, rule_trace FROM cancellation").fetchall()
    [(actor, detail)] = database.execute(
        "SELECT actor, detail FROM history WHERE action = 'client-erased'"
    ).fetchall()
    database.close()
    assert sessions == (10,)
    assert len(cancelled) == 1
    assert (actor, detail) == ("ada", '{"client":"Qzinternal","sessions":10}')


def test_h7_a_tombstone_holds_nothing_of_its_event(
    office: Office, radicale: Server, collection: str, phone_on_radicale: Phone
) -> None:
    _fill(office)
    _plant(office)
    office.link("priya", radicale, collection, "--level", "full_name")
    office.settle()
    for one in office.ask("session", "list", "--client", "Qzinternal", "--status", "ROSTERED"):
        scope = ("--scope", "this") if one["series_id"] else ()
        office.attempt("session", "unassign", one["id"], "--worker", "priya", *scope)
    office.settle()
    office.settle()
    database = sqlite3.connect(office.folder / "calendula.sqlite3")
    rows = database.execute("SELECT * FROM event_mapping WHERE state = 'TOMBSTONE'").fetchall()
    database.close()
    assert len(rows) > 2
    assert _words(repr(rows).encode()) == set()
    [cancelled] = [one for one in phone_on_radicale.resources() if b"Qzfirst" in one.body]
    assert b"STATUS:CANCELLED" in cancelled.body  # which was never taken off her
