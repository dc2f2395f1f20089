"""US3 (DOMAIN 6): a practitioner drags one session of a series to another day, in her own app."""

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.acceptance.series import add_weekly, except_for, given_us2, link_priya
from tests.phone import Phone, overrides
from tests.post_office import mail_server

_NOOR = '[[client]]\nid = "noor"\nname = "Noor"\nemail = "noor@example.org"\nallow_email = true\n'


def test_us3_move_one(office: Office, caldav_server: Server, collection_url: str, phone: Phone) -> None:
    uid = given_us2(office, caldav_server, collection_url, phone)
    office.at("2026-03-10T12:00+10:30")

    phone.drag_occurrence(uid, "20260317T100000", "20260318T111500", "20260318T121500")
    office.settle()

    assert office.starts("priya") == except_for(("2026-03-17T10:00", "2026-03-18T11:15"))
    assert {one["status"] for one in office.sessions("priya")} == {"ROSTERED"}
    assert office.judged() == [("E2", "APPLIED", "")]
    (override,) = overrides(phone.resource(uid).calendar)
    assert override.value("RECURRENCE-ID") == "20260317T100000"
    assert override.value("DTSTART") == "20260318T111500"
    assert len(phone.starts("2026-03-01", "2026-05-01")) == 8
    assert "E2" in office.run("history", uid)


def test_us3_reminders_go_along_and_the_client_is_told_once(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    with mail_server(office.folder) as mail:
        office.configure(mail.config())
        noor = office.folder / "noor.toml"
        noor.write_text(_NOOR, encoding="utf-8")
        office.run("practice", "import", str(noor))
        link_priya(office, caldav_server, collection_url)
        add_weekly(office, "--roster", "--remind", "5:email", "--remind", "1:email")
        office.sync()
        office.at("2026-03-10T12:00+10:30")
        uid = phone.only().uid

        phone.drag_occurrence(uid, "20260317T100000", "20260318T111500", "20260318T121500")
        office.settle()
        office.run("messages", "send")

        (moved,) = [one for one in office.sessions("priya") if one["start"].startswith("2026-03-18T11:15")]
        found = office.ask("session", "show", moved["id"])["reminders"]
        assert [(one["due_at"], one["state"]) for one in found] == [
            ("2026-03-12T22:30+00:00", "SCHEDULED"),  # 13 and 17 March, 09:00 in Adelaide
            ("2026-03-16T22:30+00:00", "SCHEDULED"),
        ]
        (notice,) = mail.mails
        assert (notice["To"], notice["Subject"]) == ("noor@example.org", "Your appointment has another time")
        body = notice.get_body()
        assert body is not None
        assert "Tue 17 Mar 2026, 10:00" in body.get_content()
        assert "Wed 18 Mar 2026, 11:15" in body.get_content()


def test_us3_dragged_and_dragged_back_at_once_nobody_is_told(
    office: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    with mail_server(office.folder) as mail:
        office.configure(mail.config())
        noor = office.folder / "noor.toml"
        noor.write_text(_NOOR, encoding="utf-8")
        office.run("practice", "import", str(noor))
        uid = given_us2(office, caldav_server, collection_url, phone)
        office.at("2026-03-10T12:00+10:30")
        for to in ("20260318T111500", "20260317T100000"):
            phone.drag_occurrence(uid, "20260317T100000", to, to.replace("T11", "T12").replace("T10", "T11"))
            office.later(minutes=1)
            office.sync()
        office.later(minutes=5)
        office.run("messages", "send")
        assert office.starts("priya")[2] == "2026-03-17T10:00"
        assert mail.mails == []
