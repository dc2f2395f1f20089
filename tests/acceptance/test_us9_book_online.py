"""US9 (DOMAIN 6): a client books online, and the practitioner's calendar shows it."""

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Phone
from tests.post_office import mail_server

ON = """
[booking]
allow = true
policy_text = "Cancel a day before."
"""
TUESDAY = ("--from", "2026-03-10", "--to", "2026-03-11")
NINE = ("--worker", "mia", "--start", "2026-03-10 09:00", "--client", "eva")


def opened(office: Office, more: str = ON) -> None:
    office.configure(more)
    office.at("2026-03-09T09:00-05:00")
    office.run(
        "booking",
        "type",
        "add",
        "psychotherapy",
        "--name",
        "Psychotherapy",
        "--minutes",
        "50",
        "--padding",
        "10",
    )
    office.run(
        "booking",
        "window",
        "add",
        "mia",
        "--start",
        "2026-03-10 09:00",
        "--end",
        "12:00",
        "--type",
        "psychotherapy",
    )


def test_us9_book_online(office: Office, caldav_server: Server, collection_url: str, phone: Phone) -> None:
    opened(office)
    office.link("mia", caldav_server, collection_url)
    office.sync()

    assert available(office) == [("20260310T090000", "20260310T120000")]
    slots = office.ask("slots", "psychotherapy", "--worker", "mia", "--client", "eva")
    assert [(one["start"], one["minutes"]) for one in slots] == [
        ("2026-03-10T09:00:00-05:00", 50), ("2026-03-10T10:00:00-05:00", 50), ("2026-03-10T11:00:00-05:00", 50),
    ]  # fmt: skip
    shown = office.run("slots", "psychotherapy", "--worker", "mia", "--client", "eva")
    assert "padding" not in shown
    assert "60" not in shown

    refused = office.attempt("booking", "book", "psychotherapy", *NINE)
    assert (refused.code, "E_POLICY_ACK" in refused.err, "Cancel a day before." in refused.err) == (
        1,
        True,
        True,
    )
    booked = office.ask("booking", "book", "psychotherapy", *NINE, "--acknowledge", "--key", "one")
    assert booked["state"] == "BOOKED"
    assert office.ask("booking", "book", "psychotherapy", *NINE, "--acknowledge", "--key", "one") == booked

    (session,) = office.sessions("mia")
    assert (session["start"][:16], session["end"][:16]) == ("2026-03-10T09:00", "2026-03-10T09:50")
    assert (session["status"], session["clients"]) == ("ROSTERED", ["C-1101"])
    (busy,) = office.ask("busy", "mia", "2026-03-10", "2026-03-11")
    assert (busy["start"], busy["end"]) == ("2026-03-10T14:00:00+00:00", "2026-03-10T15:00:00+00:00")
    assert "FREEBUSY;FBTYPE=BUSY:20260310T140000Z/20260310T150000Z" in office.run(
        "busy", "mia", "2026-03-10", "2026-03-11", "--ics"
    )
    assert [one["start"][11:16] for one in office.ask("slots", "psychotherapy", "--worker", "mia")] == [
        "10:00",
        "11:00",
    ]

    office.settle()
    event = phone.master()
    assert event.value("SUMMARY") == "Session C-1101"
    assert (event.value("DTSTART"), event.value("DTEND")) == ("20260310T090000", "20260310T095000")
    assert (event.value("STATUS"), event.value("TRANSP")) == ("CONFIRMED", "OPAQUE")

    assert mailed(office) == [("BOOKING_MADE", "client"), ("BOOKING_MADE", "worker")]
    assert acknowledged(office) == [("book", "2026-03-09 14:00:00.000000")]


def test_us9_nothing_before_the_cut_off_and_nothing_too_far_out(office: Office) -> None:
    opened(office)
    for start in ("2026-03-09 13:00", "2026-04-08 09:00", "2026-04-09 09:00"):
        office.run("booking", "window", "add", "mia", "--start", start, "--minutes", "60")

    days = [one["start"][:10] for one in office.ask("slots", "psychotherapy", "--worker", "mia")]
    assert days == ["2026-03-10"] * 3 + ["2026-04-08"]
    explained = office.ask("slots", "psychotherapy", "--worker", "mia", "--why")
    assert {one["start"][:10]: one["rule"] for one in explained} == {
        "2026-03-09": "CUT_OFF", "2026-03-10": "", "2026-04-08": "", "2026-04-09": "TOO_FAR",
    }  # fmt: skip


def test_us9_e_booking_off_with_booking_off_there_is_nothing_and_no_toggles(office: Office) -> None:
    opened(office, more='[booking]\nallow = false\nmode = "request"\n')
    for words in (("slots", "psychotherapy", "--worker", "mia"), ("booking", "book", "psychotherapy", *NINE)):
        refused = office.attempt(*words)
        assert (refused.code, "E_BOOKING_OFF" in refused.err) == (1, True)
    assert office.run("booking", "settings") == "allow: false\n"
    assert office.ask("booking", "settings") == {"allow": False}
    assert available(office) == []
    office.configure(ON)
    assert "cutoff_min: 1440" in office.run("booking", "settings")


def test_us8_004_20_004_21_what_a_practitioner_makes_takes_the_slot_and_gives_it_back(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    opened(office)
    office.run("booking", "window", "add", "mia", "--start", "2026-03-11 13:00", "--minutes", "60")
    office.link("mia", caldav_server, collection_url)
    office.sync()
    wednesday = ("slots", "psychotherapy", "--worker", "mia", "--from", "2026-03-11", "--to", "2026-03-12")
    assert [one["start"][11:16] for one in office.ask(*wednesday)] == ["13:00"]

    uid = phone.new_event("Dentist", "20260311T130000", "20260311T140000", tz="America/Chicago")
    office.settle()
    assert office.ask(*wednesday) == []
    (why,) = office.ask(*wednesday, "--why")
    assert why["rule"] == "OTHER_EVENT"
    assert "dentist" not in office.run(*wednesday, "--why").lower()

    phone.set(uid, "TRANSP:TRANSPARENT")
    office.settle()
    assert [one["start"][11:16] for one in office.ask(*wednesday)] == ["13:00"]


def test_us9_003_03_mia_is_mailed_and_no_client_is_named_to_her(office: Office) -> None:
    with mail_server(office.folder) as mail:
        opened(office, more=ON + mail.config())
        office.run("booking", "book", "psychotherapy", *NINE, "--acknowledge")
        office.run("messages", "send")
        (told,) = [one for one in mail.mails if one["To"] == "mia@marigold.example"]
        body = told.get_body()
        assert body is not None
        text = f"{told['Subject']} {body.get_content()}"
        assert "09:00" in text
        assert ("Eva" in text, "Petrov" in text) == (False, False)


def available(office: Office) -> list[tuple[str, str]]:
    """What can be booked in these days, as VAVAILABILITY says it."""
    lines = office.run("busy", "mia", "2026-03-09", "2026-04-20", "--bookable").splitlines()
    inside = [
        one.rpartition(":")[2] for one in lines[_at(lines, "BEGIN:AVAILABLE") :] if one.startswith("DT")
    ]
    times = [one for one in inside if not one.endswith("Z")]
    return list(zip(times[::2], times[1::2], strict=True))


def _at(lines: list[str], wanted: str) -> int:
    return lines.index(wanted) if wanted in lines else len(lines)


def mailed(office: Office) -> list[tuple[str, str]]:
    """What waits in the outbox: the kind, and for whom."""
    rows = office.look("SELECT kind, worker_id IS NOT NULL FROM message")
    return sorted((str(kind), "worker" if worker else "client") for kind, worker in rows)


def acknowledged(office: Office) -> list[tuple[object, ...]]:
    """What clients did, and when the policy was read."""
    return office.look("SELECT action, policy_ack_at FROM client_act ORDER BY at, action")
