"""Nothing private leaves beyond a link's level (I14; DOMAIN 5; DESIGN, privacy): canaries in every text of the domain.

Each free text of the model holds a word of its own. A link at each level is synced through a proxy that keeps
every byte sent to the server; then those bytes, what the commands print, what is logged, and the rows that tell
what happened may hold only the words of the channel's allow-list.
"""

import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from urllib.parse import unquote_to_bytes, urlsplit
from uuid import uuid4

import pytest
from sqlalchemy import String

from adapters.app import App
from adapters.config import load
from adapters.database.engine import connect, sessions
from adapters.database.tables import metadata
from adapters.demo.radicale import Server
from adapters.secrets import KeyRing, SecretBox
from adapters.web.serving import bound
from tests.acceptance.conftest import office
from tests.acceptance.meddler import Forward, Meddler, meddling_with
from tests.acceptance.office import Office
from tests.agreed import AGREED
from tests.browser import Browser
from tests.phone import Part, Phone, master
from tests.post_office import gateway, mail_server
from tests.served import running

__all__ = ["office"]

CANARY = re.compile(rb"Qz[a-z]+")
LEVELS = ("busy", "reference", "initials", "first_name", "full_name")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")

# The free texts of the domain, and the canary each gets. A client's name has two: first and last.
PLANTED = {
    "practice": {"name": "Qzpractice"},
    "site": {"code": "Qzsitecode", "name": "Qzsitename", "address": "Qzsiteaddress", "pos_code": "Qzsitepos"},
    "room": {"name": "Qzroom"},
    "region": {"name": "Qzregion"},
    "asset": {"name": "Qzasset"},
    "waiver": {"note": "Qzwaivernote"},
    "bed": {
        "name": "Qzbed", "room_no": "Qzroomno", "bed_type": "Qzbedtype", "funding": "Qzfunding",
        "amenities": "Qzamenities",
    },
    "bed_booking": {"cancel_reason": "Qzstayoff"},
    "bed_hold": {"reason": "Qzhold"},
    "worker": {"name": "Qzworkerfirst Qzworkerlast", "email": "Qzworkermail@example.org"},
    "client": {
        "name": "Qzfirst Qzlast", "email": "Qzmail@example.org", "phone": "Qzphone", "address": "Qzclientaddress",
        "internal_id": "Qzinternal",
    },
    "service": {
        "code": "Qzservicecode", "name": "Qzservice", "unit": "Qzunit", "category": "Qzcategory", "cpt": "Qzcpt",
    },
    "planned_service": {"claim_type": "Qzclaimtype"},
    "session_type": {"name": "Qztype"},
    "appointment_type": {"name": "Qzappointment"},
    "booking_request": {"message": "Qzanswer"},
    "base_roster": {"name": "Qzbase"},
    "roster_slot": {"subject": "Qzslot"},
    "roster_slot_service": {"claim_type": "Qzslotclaim"},
    "group_template": {"name": "Qztemplate"},
    "group_template_client": {},
    "travel": {},
    "travel_rate": {},
    "note": {"signed_by": "Qzsigner", "diagnosis_text": "Qzdiagnosis"},
    "bill": {"ref": "Qzbill"},
    "bill_line": {"modifier_text": "Qzmodifiers"},
    "payment": {"recorded_by": "Qzcashier", "removed_by": "Qzremover"},
    "cancellation_reason": {"text": "Qzreason"},
    "cancellation": {"note": "Qznote", "rule_trace": "Qztrace", "fee_note": "Qzfeenote"},
    "attestation": {"basis": "Qzbasis"},
    "feed": {"title": "Qztitle"},
    "session": {
        "subject": "Qzsubject", "description": "Qzdescription", "location": "Qzlocation",
        "address": "Qzaddress", "url": "https://video.example/Qzurl", "medium": "Qzmedium",
        "contact_with": "Qzcontactwith", "employee_message": "Qzmessage", "import_uid": "Qzimportuid",
        "comments": "Qzcomments", "service_type_text": "Qzservicetypes", "instructions": "Qzinstructions",
    },
    "series": {
        "subject": "Qzsubject", "description": "Qzdescription", "location": "Qzlocation",
        "address": "Qzaddress", "url": "https://video.example/Qzurl", "medium": "Qzmedium",
        "contact_with": "Qzcontactwith", "employee_message": "Qzmessage", "import_uid": "Qzimportuid",
        "comments": "Qzcomments", "service_type_text": "Qzservicetypes", "instructions": "Qzinstructions",
    },
}  # fmt: skip
# Texts with a form of their own: codes, ids, zones, times, states; and what belongs to syncing, not to people.
STRUCTURED = {
    "practice": {"tz", "country", "week_start"},
    "site": {"ref", "tz", "kind", "holidays"},
    "room": {"ref"},
    "region": {"ref"},
    "asset": {"ref"},
    "waiver": {"code", "given_by"},
    "bed": {"ref", "record_type", "gender", "status"},
    "bed_booking": {"state", "tz", "local_start", "local_end"},
    "bed_hold": set(),
    "bed_service": {"basis"},
    "client": {"ref", "tz", "gender"},
    "worker": {"ref", "tz", "contact_type", "shift_acceptance"},
    "service": {"ref", "cancel_rule"},
    "planned_service": {"method"},
    "session_type": {"ref", "colour"},
    "appointment_type": {"ref"},
    "booking_request": {"ref", "state", "tz", "local_start", "local_end"},
    "base_roster": {"state", "tz"},
    "roster_slot": {"weekday", "start", "work_type", "kind", "activity_text"},
    "roster_slot_service": {"method"},
    "cancellation_reason": {"ref", "type", "billing", "ndis_code"},
    "cancellation": {"cancelled_by", "recorded_by", "outcome"},
    "group_template": {"ref"},
    "group_template_client": {"ref"},
    "travel": {"direction", "vehicle"},
    "travel_rate": {"ref"},
    "note": set(),
    "bill": {"state"},
    "bill_line": set(),
    "payment": {"kind"},
    "attestation": {"level", "attested_by"},
    "feed": {"ref", "secret_hash", "privacy_level", "state"},
    "session": {
        "occurrence_key",
        "modifier_text",
        "activity_text",
        "colour",
        "reminder_text",
        "overlap_acknowledged_by",
    },
    "series": {"rule_text", "rdate_text", "exdate_text", "activity_text", "colour", "reminder_text"},
}
_KINDS = {
    "kind",
    "work_type",
    "status",
    "source",
    "location_type",
    "show_as",
    "tz",
    "local_start",
    "local_end",
}
_OTHER_TABLES = {
    "reserved_slot", "reserved_slot_type", "client_act", "visit",
    "revision", "history", "job_run", "notice", "calendar_account", "calendar_host", "calendar_link", "seen_item",
    "sync_run", "busy_block", "feed_part",
    "event_mapping", "inbound_change", "intent", "session_client", "session_worker", "series_client",
    "series_worker", "archive", "roster_slot_worker", "roster_slot_client", "roster_slot_asset",
    "roster_slot_service_client", "roster_period",
    "service_agreement", "agreement_item", "planned_service_client", "service_delivered",
    "session_asset", "series_asset",
    "blocklist_entry", "availability_template", "ad_hoc_availability", "leave", "offer",
    "travel_client", "client_site", "worker_site", "message", "reminder", "feedback_request", "api_token",
}  # fmt: skip

# What leaves to the calendar, by level (DOMAIN 5); from `initials` on they stand in for the reference.
_OWNERS = {"Qzurl", "Qzsubject", "Qzdescription", "Qzlocation"}
_PLACES = {"Qzsitename", "Qzroom", "Qzasset"}
ALLOWED = {
    "busy": set(),
    "reference": _OWNERS | {"Qzinternal", "Qzsitecode"},
    "initials": _OWNERS | _PLACES,
    "first_name": _OWNERS | _PLACES | {"Qzfirst", "Qzmessage"},
    "full_name": _OWNERS | _PLACES | {"Qzfirst", "Qzlast", "Qzmessage", "Qzaddress"},
}
# Free texts of a session with a client that no level but the last may show; an Other Event's are its owner's.
CLIENT_SUBJECT = b"Qzsubject"


def test_every_text_of_the_domain_is_planted_or_known_to_be_structured() -> None:
    for table in metadata.sorted_tables:
        if table.name in _OTHER_TABLES:
            continue
        texts = {column.name for column in table.columns if isinstance(column.type, String)}
        known = set(PLANTED.get(table.name, ())) | STRUCTURED[table.name]
        if table.name in {"session", "series"}:
            known |= _KINDS
        assert texts == known, table.name


@dataclass
class Wire:
    """Every request that went out, as bytes."""

    sent: list[bytes] = field(default_factory=list)

    def keep(self, request: bytes, forward: Forward) -> bytes:
        self.sent.append(request)
        return forward()

    @property
    def words(self) -> set[str]:
        return _words(b"\n".join(self.sent))


def _words(said: bytes) -> set[str]:
    """The canaries in it, whatever was folded or percent-encoded."""
    unfolded = re.sub(rb"\r?\n[ \t]", b"", said)
    return {word.decode() for word in CANARY.findall(unfolded + unquote_to_bytes(unfolded))}


@pytest.fixture
def meddler(radicale: Server) -> Iterator[Meddler]:
    with meddling_with(radicale) as between:
        yield between


_GENEROUS = """
[privacy]
maximum = "full_name"
include_employee_message = true
share_client_address = true
public_url = "https://practice.example"
"""
_WHO = ("--worker", "priya", "--minutes", "50", "--roster", "--as", "sam")


def _fill(office: Office) -> None:
    """One of everything that a link shows, then canaries into every text."""
    office.configure(_GENEROUS)
    office.at("2026-03-02T09:00+10:30")
    for level in ("first_name", "full_name"):
        office.run("privacy", "attest", level, "--basis", "BAA", "--as", "ada")
    assets = office.folder / "assets.toml"
    assets.write_text(
        '[[region]]\nid = "west"\nname = "West"\n'
        '[[asset]]\nid = "minibus"\nname = "Minibus"\nregion = "west"\n'
        '[[bed]]\nid = "b2"\nname = "Bed"\nsite = "adelaide"\n'
    )
    office.run("practice", "import", str(assets))
    nights = ("--start", "2026-03-20", "--end", "2026-03-23")
    stay = office.ask("bed", "book", "b2", "--client", "eva", *nights)["booking_id"]
    office.run("bed", "hold", stay, "--from", "2026-03-21", "--to", "2026-03-22", "--reason", "private")
    office.run("bed", "cancel", stay, "--reason", "private")
    add = ("session", "add", *_WHO)
    along = ("--site", "adelaide", "--room", "gym", "--region", "west", "--asset", "minibus")
    office.run(*add, "--start", "2026-03-10 09:00", "--client", "noor", *along)
    clash = ("--asset", "minibus", "--override", "a reason")
    office.run(*add, "--start", "2026-03-10 09:30", "--client", "jordan", *clash)
    first = ("--start", "2026-03-10 09:00", "--client", "noor", "--site", "adelaide", "--room", "gym")
    _plan(office, office.ask(*add, *first)["session_id"])
    office.run("session-type", "add", "intake", "--name", "Intake", "--colour", "teal")
    online = ("--location-type", "TELEHEALTH", "--type", "intake", "--service-type", "x", "--comments", "x")
    office.run(*add, "--start", "2026-03-10 10:00", "--client", "noor", *online)
    office.run(*add, "--start", "2026-03-10 11:00", "--client", "eva", "--location-type", "CLIENT_ADDRESS")
    office.run(*add, "--start", "2026-03-10 13:00", "--client", "liam", "--kind", "CLIENT_CONTACT")
    office.run(*add, "--start", "2026-03-10 16:00", "--kind", "shift", "--activity", "BREAK 16:10-16:20")
    with_whom = ("--kind", "COLLATERAL_CONTACT", "--contact-with", "PHYSICIAN")
    office.run(*add, "--start", "2026-03-10 14:00", "--client", "liam", *with_whom)
    group = ("--work-type", "GROUP", "--client", "noor", "--client", "eva", "--client", "liam")
    together = office.ask(*add, "--start", "2026-03-11 09:00", *group, "--site", "adelaide")["session_id"]
    _bill(office, together)
    office.run(*add, "--start", "2026-03-12 09:00", "--client", "noor", "--rule", "FREQ=WEEKLY;COUNT=4")
    off = office.ask(*add, "--start", "2026-03-13 09:00", "--client", "noor")["session_id"]
    how = ("--by", "client", "--reason", "client-ill", "--advised", "2026-03-02 08:00", "--note", "private")
    office.run("session", "cancel", off, *how)
    office.run("event", "add", "priya", "Errand", "--start", "2026-03-14 09:00", "--minutes", "30")
    _plant(office)


def _plan(office: Office, session: str) -> None:
    """What a session is to deliver has texts too."""
    file = office.folder / "agreed.toml"
    file.write_text(AGREED, encoding="utf-8")
    office.run("practice", "import", str(file))
    office.run("service", "plan", session, "--service", "outing", "--claim-type", "direct", "--travel")


def _bill(office: Office, session: str) -> None:
    """A diagnosis, a signed note, and money that came twice: all of it locks, none of it is said."""
    office.run("note", "diagnose", session, "F41.1", "--as", "sam")
    office.run("note", "sign", session, "--as", "sam")
    for_whom = ("--client", "noor", "--service", "physio", "--amount", "150", "--modifier", "GT")
    bill = office.ask("bill", "make", session, *for_whom)["ref"]
    office.run("bill", "pay", bill)
    office.run("bill", "remove-payment", bill)
    office.run("bill", "pay", bill)


def _plant(office: Office) -> None:
    database = sqlite3.connect(office.folder / "calendula.sqlite3")
    with database:
        for table, texts in PLANTED.items():
            for column, word in texts.items():
                value = "? || rowid" if column == "internal_id" else "?"
                database.execute(f"UPDATE {table} SET {column} = {value}", (word,))  # noqa: S608 - our own names
    database.close()


@pytest.mark.parametrize("level", LEVELS)
def test_only_the_allow_list_of_the_level_leaves(
    office: Office, meddler: Meddler, radicale: Server, collection: str, phone_on_radicale: Phone, level: str
) -> None:
    _fill(office)
    wire = Wire()
    meddler.meddle = wire.keep
    front = meddler.front
    office.link("priya", front, collection.replace(radicale.home, front.home), "--level", level)
    said = office.run("plan") + office.run("sync")
    own = {"Qzowntitle", "Qzownplace", "Qzowntext"}
    _play(phone_on_radicale)
    said += _look_everywhere(office)

    assert wire.words - own - {"Qzremark"} == ALLOWED[level]
    assert _words(said.encode()) == set()
    assert _words(_rows(office)) == set()
    for one in phone_on_radicale.resources():
        name = one.url.rsplit("/", 1)[1].removesuffix(".ics")
        if not own & _words(one.body):
            assert _UUID.fullmatch(one.uid)
            assert _UUID.fullmatch(name)
            assert one.uid not in _ids(office)
    _check_clients_subjects(phone_on_radicale, level)


@pytest.mark.parametrize("level", ["busy", "reference", "full_name"])
def test_padding_and_open_slots_tell_no_more_than_sessions_do(
    office: Office, meddler: Meddler, radicale: Server, collection: str, phone_on_radicale: Phone, level: str
) -> None:
    _fill(office)
    office.configure(_GENEROUS + '[booking]\npadding_display = "event"\nopen_slot_display = "event"\n')
    office.alter("UPDATE session SET padding_min = 10")
    office.run(
        "booking", "window", "add", "priya", "--start", "2026-03-12 09:00", "--end", "12:00", "--site", "adelaide",
    )  # fmt: skip
    wire = Wire()
    meddler.meddle = wire.keep
    front = meddler.front
    office.link("priya", front, collection.replace(radicale.home, front.home), "--level", level)
    said = office.run("plan") + office.run("sync")
    assert _words(said.encode()) == set()
    assert wire.words == ALLOWED[level]
    beside = [
        one for one in phone_on_radicale.resources() if b"PADDING" in one.body or b"OPEN-SLOT" in one.body
    ]
    assert (len(beside) > 5) is (level != "busy")
    assert [one for one in beside if _words(one.body) or one.uid in _ids(office)] == []


def _play(phone: Phone) -> None:
    """The practitioner at work: an event and a remark of her own, a deletion, edits that are undone."""
    phone.new_event(
        "Qzowntitle", "20260316T130000", "20260316T140000", "LOCATION:Qzownplace", "DESCRIPTION:Qzowntext",
        tz="Australia/Adelaide",
    )  # fmt: skip
    singles = [one for one in phone.resources() if not master(one).lines("RRULE")]
    by_start = {master(one).value("DTSTART"): one.uid for one in singles}
    phone.set(by_start["20260310T090000"], "SUMMARY:Qzowntitle", "LOCATION:Qzownplace")
    phone.append(by_start["20260310T100000"], Part("VALARM", ["ACTION:AUDIO", "TRIGGER:-PT5M"]))
    phone.set(by_start["20260310T110000"], "DESCRIPTION:Qzremark")
    phone.delete(by_start["20260310T130000"])
    phone.drag(by_start["20260310T140000"], "20260310T150000", "20260310T155000")


def _look_everywhere(office: Office) -> str:
    """What every command that speaks of syncing says, in words and as JSON."""
    said = []
    for _ in range(3):
        office.later(minutes=5)
        said += [
            office.run("plan"),
            office.run("plan", "--json"),
            office.run("sync"),
            office.run("sync", "--json"),
        ]
    window = ("priya", "2026-03-01", "2026-05-01")
    commands = [
        ("status",),
        ("changes", "list", "--all"),
        ("history",),
        ("busy", *window),
        ("link", "list"),
    ]
    for command in commands:
        said += [office.run(*command), office.run(*command, "--json")]
    said += [office.run("changes", "show", one["ref"]) for one in office.ask("changes", "list", "--all")]
    return "\n".join([*said, office.run("busy", *window, "--ics")])


def _rows(office: Office) -> bytes:
    """The rows that tell what happened (DOMAIN 1.8): ids, codes and times only."""
    database = sqlite3.connect(office.folder / "calendula.sqlite3")
    tables = ("history", "notice", "inbound_change", "sync_run", "job_run", "seen_item", "intent")
    rows = [repr(row) for table in tables for row in database.execute(f"SELECT * FROM {table}")]  # noqa: S608
    rows += [repr(row) for row in database.execute("SELECT uid, action, units, etag, after FROM archive")]
    sealed = [row[0] for row in database.execute("SELECT before FROM archive WHERE before IS NOT NULL")]
    database.close()
    assert len(rows) > 20
    assert {before[:5] for before in sealed} == {b"gAAAA"}  # Fernet's own beginning: sealed, or nothing
    return "\n".join(rows).encode()


def _ids(office: Office) -> set[str]:
    """All ids of our own records, as they would be written."""
    database = sqlite3.connect(office.folder / "calendula.sqlite3")
    tables = ("session", "series", "client", "worker", "site", "event_mapping", "calendar_link")
    found = {str(row[0]) for table in tables for row in database.execute(f"SELECT id FROM {table}")}  # noqa: S608
    database.close()
    return found | {f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}" for one in found}


def _check_clients_subjects(phone: Phone, level: str) -> None:
    """An Other Event's subject is its owner's; that of a session with a client is for `full_name` only."""
    for one in phone.resources():
        labels = " ".join(master(one).lines("CATEGORIES"))
        if "Client" in labels or "Collateral" in labels or "Group" in labels:
            assert (CLIENT_SUBJECT in one.body) == (level == "full_name" and "Group" not in labels)


def test_the_log_at_its_most_talkative_names_nobody(
    office: Office, meddler: Meddler, radicale: Server, collection: str, phone_on_radicale: Phone
) -> None:
    _fill(office)
    office.configure(_GENEROUS + '[log]\nlevel = "debug"\nformat = "json"\n')
    front = meddler.front
    office.link("priya", front, collection.replace(radicale.home, front.home), "--level", "full_name")
    log = _log_of_a_service(office, phone_on_radicale)
    assert log.count(b"\n") > 2
    assert _words(log) == set()
    assert radicale.password.encode() not in log
    assert b"BEGIN:" not in log


def _log_of_a_service(office: Office, phone: Phone) -> bytes:
    """All that a real service writes while it pushes, pulls, and is refused."""
    environ = {**os.environ, **office.environ, "CALENDULA_TEST_NOW": office.now.isoformat()}
    command = [sys.executable, "-m", "tests.entry", "run"]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as service:
        try:
            for _ in range(300):
                if len(phone.resources()) == 11:
                    break
                time.sleep(0.1)
            _play(phone)
            office.run("link", "check", "priya")
        finally:
            service.send_signal(signal.SIGTERM)
            said, _ = service.communicate(timeout=30)
    assert service.returncode == 0
    return said


@pytest.mark.parametrize("of", ["room:gym", "asset:minibus", "bed:b2"])
def test_the_calendar_of_a_resource_names_nobody_and_nothing(
    office: Office, meddler: Meddler, radicale: Server, collection: str, phone_on_radicale: Phone, of: str
) -> None:
    _fill(office)
    office.run("bed", "book", "b2", "--client", "jordan", "--start", "2026-03-23", "--end", "2026-03-25")
    _plant(office)
    wire = Wire()
    meddler.meddle = wire.keep
    front = meddler.front
    office.run(
        "link", "add", "ada", "--role", "resource", "--of", of, "--url", front.url, "--user", front.user,
        "--calendar", collection.replace(radicale.home, front.home), "--password-stdin",
        stdin=f"{front.password}\n",
    )  # fmt: skip
    said = office.run("plan") + office.run("sync")
    (first, *_) = phone_on_radicale.resources()
    phone_on_radicale.set(first.uid, "SUMMARY:Qzowntitle", "LOCATION:Qzownplace")
    said += (
        office.run("sync")
        + office.run("sync")
        + office.run("changes", "list", "--all")
        + office.run("history")
    )

    assert {master(one).value("SUMMARY") for one in phone_on_radicale.resources()} == {"Occupied"}
    assert wire.words == set()
    assert _words(said.encode()) == set()
    assert all(
        _UUID.fullmatch(one.uid) and one.uid not in _ids(office) for one in phone_on_radicale.resources()
    )


# What a message may say (H9): the address it goes to is part of it.
_TO_ALL = {"Qzpractice", "Qzsitecode", "Qzinstructions", "Qzurl"}


def test_mails_and_texts_say_only_what_a_message_needs(office: Office) -> None:
    with mail_server(office.folder) as server, gateway() as texts:
        more = f'[messages]\nwebhook_url = "{texts.url}"\nwebhook_secret = "s"\nfeedback_url = "https://ask.example"\n'
        _fill(office)
        office.configure(_GENEROUS + server.config(more))
        office.alter("UPDATE client SET allow_email = 1, allow_phone = 1, allow_text = 1, allow_ics = 1")
        said = _remind_of_everything(office)
        office.later(minutes=4)
        said += office.run("messages", "send")  # the move, and the notice of the offer
        office.at("2026-03-10T08:45+10:30")
        said += office.run("messages", "send") + office.run("messages", "list", "--json")
        mails = [(str(one["To"]), _decoded(one)) for one in server.mails]
        to_clients = [body for to, body in mails if to == "Qzmail@example.org"]
        to_workers = [body for to, body in mails if to == "Qzworkermail@example.org"]
        assert len(to_clients) + len(to_workers) == len(mails)
        kinds = {one["kind"] for one in office.ask("messages", "list", "--state", "SENT")}
        assert kinds == {"REMINDER", "MOVED", "NOTICES"}
        assert _words(b"\n".join(to_clients)) == _TO_ALL | {"Qzmail"}
        assert _words(b"\n".join(to_workers)) == {"Qzpractice", "Qzworkermail"}
        assert _words(b"\n".join(body for _, body in texts.requests)) <= _TO_ALL | {"Qzphone"}
        assert len(texts.requests) > 2
        assert not re.search(rb"ATTENDEE|ORGANIZER", b"\n".join(to_clients))
    assert _words(said.encode()) <= {"Qzinternal"}


def _remind_of_everything(office: Office) -> str:
    """All that is to come reminds its clients; one is moved, and one offered."""
    said = ""
    for one in office.ask("session", "list", "--status", "ROSTERED"):
        if one["clients"] and one["kind"] == "CLIENT_SESSION" and one["start"] > "2026-03-10T09":
            scope = ("--scope", "this") if one["series_id"] else ()
            edited = office.attempt("session", "edit", one["id"], "--remind", "1", "--remind", "2", *scope)
            said += edited.out + edited.err
    singles = [one for one in office.ask("session", "list", "--status", "ROSTERED") if not one["series_id"]]
    online = next(one for one in singles if one["start"].startswith("2026-03-10T10"))
    office.run("session", "move", online["id"], "--start", "2026-03-10 10:05")
    office.run("session", "offer", online["id"], "--worker", "tom")
    return said


def _decoded(mail: EmailMessage) -> bytes:
    """Headers as they are, bodies and files as they are read."""
    parts = [part.get_payload(decode=True) for part in mail.walk() if not part.is_multipart()]
    return b"\n".join([str(mail.items()).encode(), *(part for part in parts if isinstance(part, bytes))])


# What a client's pages may say: of the practice and its people what everybody knows who goes there; nobody's name but
# that of the workers, and nothing that staff wrote down.
_PAGES = {
    "Qzpractice", "Qzworkerfirst", "Qzworkerlast", "Qzsitename", "Qzsiteaddress", "Qzurl", "Qzappointment", "Qzreason",
}  # fmt: skip


def test_the_pages_of_a_client_name_nobody_else(office: Office) -> None:
    _fill(office)
    listener = bound("127.0.0.1", 0)
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    rules = '[booking]\nallow = true\nallow_resched_cancel = true\nmode = "request"\n'
    with mail_server(office.folder) as server:
        office.configure(f'{_GENEROUS}{rules}[web]\npublic_url = "{origin}"\n' + server.config())
        office.run("booking", "type", "add", "talk", "--name", "Talk", "--minutes", "30")
        window = ("--start", "2026-03-18 09:00", "--end", "17:00", "--site", "adelaide")
        office.run("booking", "window", "add", "priya", *window)
        office.alter("UPDATE client SET active = 1")
        _plant(office)
        said = office.run("booking", "invite", "noor") + office.run("messages", "send")
        (mail,) = [_decoded(one) for one in server.mails]
        (link,) = re.findall(rf"{origin}(/booking/in/\S+)".encode(), mail)
        with _served(office, KeyRing(office.folder / "calendula.key").box, listener) as url:
            pages = _look_at_pages(Browser(url), link.decode())
    assert _words(mail) == {"Qzpractice", "Qzmail"}
    assert _words(pages) == _PAGES
    assert _words(said.encode()) == {"Qzinternal"}


def _look_at_pages(window: Browser, link: str) -> bytes:
    """Every byte that a client gets who looks at all there is, asks for a time, and gives up."""
    window.go("/booking").press("Mail me a link", email="qzmail@example.org").go(link).press("Come in")
    mine = [to for to in window.links.values() if "session=" in to]
    assert len(mine) > 5
    for to in mine:
        window.go(to)
    window.go("/booking/move?session=0").go("/booking/new?type=nothing").go(link)
    window.go("/booking/new").press("Show the free times", type="talk")
    first = window.values("time")[0]
    window.press("Go on", time=first).press("Ask for this time").follow("Take the request")
    window.press("Take the request back").press("Leave").go("/booking/mine")
    window.close()
    return b"\n".join(str(one.headers.multi_items()).encode() + one.content for one in window.seen)


# A feed says its title besides, which an administrator gave it to be read.
PUBLISHED = {level: ALLOWED[level] | {"Qztitle"} for level in ("busy", "reference", "initials")}


@pytest.mark.parametrize("level", PUBLISHED)
def test_only_the_allow_list_of_the_level_is_in_a_feed(office: Office, level: str) -> None:
    _fill(office)
    _own_event(office)
    secret = _feed(office, "--worker", "priya", "--level", level, "--title", "x")
    said = _emitted(office, secret)
    assert _words(said) == PUBLISHED[level]
    assert said.count(b"BEGIN:VEVENT") > 10
    assert not _ids(office) & set(re.findall(r"\nUID:(\S+)", said.decode()))
    assert secret.encode() not in said


def test_h5_a_feed_on_a_grid_says_when_and_nothing_else(office: Office) -> None:
    _fill(office)
    _own_event(office)
    said = _emitted(
        office, _feed(office, "--worker", "priya", "--level", "busy", "--round", "60", "--title", "x")
    )
    assert _words(said) == {"Qztitle"}
    assert set(re.findall(rb"SUMMARY:(.*)\r\n", said)) == {b"Busy"}
    minutes = {text[-4:-2] for text in re.findall(rb"DT(?:START|END):(\d+T\d+)Z", said)}
    assert minutes == {b"30"}  # whole hours in Adelaide


@pytest.mark.parametrize("of", [("--room", "gym"), ("--asset", "minibus"), ("--bed", "b2")])
def test_the_feed_of_a_resource_names_nobody_and_nothing(office: Office, of: tuple[str, str]) -> None:
    _fill(office)
    office.run("bed", "book", "b2", "--client", "jordan", "--start", "2026-03-23", "--end", "2026-03-25")
    said = _emitted(office, _feed(office, *of, "--title", "x"))
    assert _words(said) == {"Qztitle"}
    assert set(re.findall(rb"SUMMARY:(.*)\r\n", said)) == {b"Occupied"}


def _feed(office: Office, *words: str) -> str:
    """Make a feed, and plant what it is called; its secret."""
    url = office.ask("feed", "add", *words)["url"]
    listed = office.run("feed", "list") + office.run("feed", "list", "--json") + office.run("history")
    secret = url.rpartition("/")[2].removesuffix(".ics")
    assert secret not in listed
    _plant(office)
    return secret


def _own_event(office: Office) -> None:
    """One that the practitioner made in a calendar of her own, where its words are hers; and a draft."""
    file = office.folder / "own.ics"
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:own\r\nDTSTAMP:20260301T000000Z\r\n"
    texts = (
        "SUMMARY:x\r\nLOCATION:x\r\nDESCRIPTION:x\r\nDTSTART:20260315T000000Z\r\nDTEND:20260315T010000Z\r\n"
    )
    file.write_text(f"{head}{texts}END:VEVENT\r\nEND:VCALENDAR\r\n", newline="")
    office.run("event", "import", "priya", str(file))
    database = sqlite3.connect(office.folder / "calendula.sqlite3")
    with database:
        made = database.execute("UPDATE session SET source = 'CALENDAR' WHERE import_uid = 'own'")
    assert made.rowcount == 1
    database.close()
    who = [word for word in _WHO if word != "--roster"]
    office.run("session", "add", *who, "--start", "2026-03-17 09:00", "--client", "noor")


def _emitted(office: Office, secret: str) -> bytes:
    """Every byte that a server sends for one address, whatever is asked of it."""
    with _served(office, _no_box) as url:
        address = f"{url}/feeds/{secret}.ics"
        said = [_everything_said(address, method=method) for method in ("GET", "HEAD", "POST", "OPTIONS")]
        said += [
            _everything_said(address, If_None_Match="*"),
            _everything_said(f"{url}/feeds/{'x' * 43}.ics"),
        ]
    return b"\n".join(said)


@contextlib.contextmanager
def _served(
    office: Office, box: Callable[[], SecretBox], listener: socket.socket | None = None
) -> Iterator[str]:
    """A server on the office's practice, at its time."""
    config = load(office.folder / "calendula.toml")
    engine = connect(config.database.url)

    def clock() -> datetime:
        return office.now

    made = sessions(engine, clock=clock)
    app = App(config=config, engine=engine, sessions=made, box=box, clock=clock, new_id=uuid4)
    with running(app, listener) as url:
        yield url
    engine.dispose()


def _everything_said(url: str, *, method: str = "GET", **headers: str) -> bytes:
    """The whole answer as it came: status, headers and body."""
    at = urlsplit(url)
    lines = [f"{method} {at.path} HTTP/1.1", f"Host: {at.netloc}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    with socket.create_connection((at.hostname or "", at.port or 0), timeout=30) as wire:
        wire.sendall("\r\n".join([*lines, "", ""]).encode())
        return b"".join(iter(lambda: wire.recv(65_536), b""))


def _no_box() -> SecretBox:
    raise AssertionError("no secret is needed here")
