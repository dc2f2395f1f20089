"""US9 to US11 (DOMAIN 6) on the pages for clients: a real server, real mail, and a browser without JavaScript."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from structlog.testing import capture_logs

from adapters.app import App
from adapters.config import load
from adapters.database.engine import connect, sessions
from adapters.demo.radicale import Server
from adapters.secrets import KeyRing
from adapters.web.serving import bound
from tests.acceptance.office import Office
from tests.acceptance.test_us9_book_online import acknowledged, opened
from tests.browser import Browser
from tests.phone import Phone
from tests.post_office import MailServer, mail_server
from tests.served import running

EVA, LIAM = "eva.petrov@mail.example", "liam.obrien@mail.example"
INSTANT = '[booking]\nallow = true\nallow_resched_cancel = true\npolicy_text = "Cancel a day before."\n'
ASK = '[booking]\nallow = true\nallow_resched_cancel = true\nmode = "request"\n'
LATE = """
[booking]
allow = true
allow_resched_cancel = true
cancel_reason = "client-late"
policy_text = "Later than a day before, 100 dollars are due."
[fees]
no_show_cents = 10000
"""


@dataclass
class Front:
    """The practice with its pages served and its mail sent."""

    office: Office
    mail: MailServer
    origin: str
    windows: list[Browser] = field(default_factory=list)

    def to(self, address: str) -> list[str]:
        """What was mailed to somebody, once all that waits is sent."""
        self.office.run("messages", "send")
        mails = [one.get_body(("plain",)) for one in self.mail.mails if str(one["To"]) == address]
        return [body.get_content().replace("\r\n", "\n") for body in mails if body is not None]

    def come(self, email: str) -> Browser:
        """Ask for a link as clients do, read the mail, and come in by it."""
        window = Browser(self.origin)
        self.windows.append(window)
        window.go("/booking").press("Mail me a link", email=email)
        (link,) = re.findall(rf"{self.origin}(/booking/in/\S+)", self.to(email)[-1])
        return window.go(link).press("Come in")


@contextlib.contextmanager
def front(office: Office, folder: Path, rules: str) -> Iterator[Front]:
    listener = bound("127.0.0.1", 0)
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with mail_server(folder) as mail:
        opened(office, more=f'{rules}\n[web]\npublic_url = "{origin}"\n{mail.config()}')
        config = load(office.folder / "calendula.toml")
        engine = connect(config.database.url)
        made = sessions(engine, clock=lambda: office.now)
        box = KeyRing(office.folder / "calendula.key").box
        app = App(
            config=config, engine=engine, sessions=made, box=box, clock=lambda: office.now, new_id=uuid4
        )
        found = Front(office=office, mail=mail, origin=origin)
        with capture_logs(), running(app, listener):  # its log is no part of what commands say
            yield found
        for window in found.windows:
            window.close()
        engine.dispose()


def times(window: Browser) -> Browser:
    window.follow("Book a time")
    return window.press("Show the free times", type="psychotherapy", worker="mia")


def choose(window: Browser, time: str) -> Browser:
    return times(window).press("Go on", time=f"mia 2026-03-10T{time}:00-05:00")


def test_us9_on_the_pages(
    office: Office, tmp_path: Path, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    with front(office, tmp_path, INSTANT) as practice:
        office.link("mia", caldav_server, collection_url)
        office.sync()
        window = times(practice.come(EVA))
        assert [said[:14] for said in window.options("time")] == [
            "09:00 to 09:50",
            "10:00 to 10:50",
            "11:00 to 11:50",
        ]
        assert re.findall(r"\w+day \d+ \w+ 2026", window.text) == ["Tuesday 10 March 2026"]
        assert "60" not in window.text

        choose(window, "09:00")
        assert "Cancel a day before." in window.text
        assert (window.press("Book this time").status, office.sessions("mia")) == (422, [])
        choose(window, "09:00").press("Book this time", acknowledged="yes")
        assert "Done: Your appointment is booked. Tuesday 10 March 2026, 09:00" in window.text

        (session,) = office.sessions("mia")
        assert (session["start"][:16], session["end"][:16]) == ("2026-03-10T09:00", "2026-03-10T09:50")
        assert (session["status"], session["clients"]) == ("ROSTERED", ["C-1101"])
        (busy,) = office.ask("busy", "mia", "2026-03-10", "2026-03-11")
        assert (busy["start"], busy["end"]) == ("2026-03-10T14:00:00+00:00", "2026-03-10T15:00:00+00:00")
        assert acknowledged(office) == [("book", "2026-03-09 14:00:00.000000")]
        office.settle()
        assert phone.master().value("SUMMARY") == "Session C-1101"

        told = practice.to(EVA)[-1]
        assert f"To change or cancel it: {practice.origin}/booking\n" in told
        assert "/in/" not in told
        assert practice.origin not in practice.to("mia@marigold.example")[-1]
        assert [said[:14] for said in times(practice.come(LIAM)).options("time")] == [
            "10:00 to 10:50",
            "11:00 to 11:50",
        ]


def test_us9_e_booking_off_with_booking_off_there_is_no_page(office: Office, tmp_path: Path) -> None:
    with front(office, tmp_path, "[booking]\nallow = false\n") as practice:
        window = Browser(practice.origin).go("/booking")
        assert (window.status, "not offered here" in window.text) == (404, True)
        refused = office.attempt("booking", "invite", "eva")
        assert (refused.code, "E_BOOKING_OFF" in refused.err) == (1, True)


def test_us10_on_the_pages(office: Office, tmp_path: Path) -> None:
    with front(office, tmp_path, ASK) as practice:
        window = choose(practice.come(EVA), "10:00")
        assert "The practice answers you by mail. Until then the time is kept for you." in window.text
        window.press("Ask for this time")
        assert "Waiting: you have asked for this time, and the practice has not answered yet." in window.text
        (busy,) = office.ask("busy", "mia", "2026-03-10", "2026-03-11")
        assert busy["fbtype"] == "BUSY-TENTATIVE"

        other = practice.come(LIAM)
        assert [said[:14] for said in times(other).options("time")] == ["09:00 to 09:50", "11:00 to 11:50"]
        refused = other.go("/booking/confirm?type=psychotherapy&time=mia+2026-03-10T10:00:00-05:00")
        assert (refused.status, "E_SLOT_TAKEN" in refused.text) == (409, True)

        (request,) = office.ask("booking", "list")
        office.run("booking", "accept", request["ref"], "--start", "2026-03-10 10:05")
        window.go("/booking/mine")
        assert "Tuesday 10 March 2026, 10:05" in window.text
        assert "Waiting" not in window.text
        assert f"To change or cancel it: {practice.origin}/booking\n" in practice.to(EVA)[-1]

        choose(other, "09:00").press("Ask for this time")
        (asked,) = office.ask("booking", "list", "--state", "pending")
        office.run("booking", "decline", asked["ref"], "--message", "Please try Thursday")
        assert "You have no appointments to come." in other.go("/booking/mine").text
        assert "Please try Thursday" in practice.to(LIAM)[-1]


def test_us11_on_the_pages(office: Office, tmp_path: Path) -> None:
    with front(office, tmp_path, LATE) as practice:
        choose(practice.come(EVA), "09:00").press("Book this time", acknowledged="yes")
        office.at("2026-03-10T06:00-05:00")
        window = practice.come(EVA).follow("Cancel")
        assert "If you cancel now, $100.00 are charged." in window.text
        assert "Later than a day before, 100 dollars are due." in window.text
        assert (window.press("Cancel this appointment").status, "E_POLICY_ACK" in window.text) == (422, True)
        (session,) = office.sessions("mia")
        assert session["status"] == "ROSTERED"

        window.go("/booking/mine").follow("Cancel").press("Cancel this appointment", acknowledged="yes")
        assert "Done: Your appointment is cancelled." in window.text
        (session,) = office.sessions("mia")
        assert (session["status"], session["needs_reschedule"]) == ("CANCELLED", True)
        assert office.look("SELECT advised_at, outcome, amount_cents FROM cancellation") == [
            ("2026-03-10 11:00:00.000000", "BILLABLE", 10000)
        ]
        assert [action for action, at in acknowledged(office) if at is not None] == ["book", "cancel"]
        assert practice.to(EVA)[-1].startswith("The booking with")


def test_a_link_that_could_not_be_mailed_in_time_is_not_mailed(office: Office, tmp_path: Path) -> None:
    with front(office, tmp_path, INSTANT) as practice:
        Browser(practice.origin).go("/booking").press("Mail me a link", email=EVA)
        office.later(minutes=30)
        assert practice.to(EVA) == []
        assert office.look("SELECT kind, state, problem, link FROM message") == [
            ("BOOKING_LINK", "VOID", "TooLate", None)
        ]


def test_staff_invite_a_client_and_are_told_where_nothing_is_sent(office: Office) -> None:
    opened(office, more=f'{INSTANT}[web]\npublic_url = "https://practice.example"\n')
    said = office.run("booking", "invite", "C-1101")
    assert said.startswith(
        "Invited: C-1101; the link opens once, for 30 minutes\nNothing is sent until mail.via is set"
    )
    assert office.look("SELECT kind, state, parameters FROM message") == [
        ("BOOKING_LINK", "QUEUED", '{"minutes":30}')
    ]
    history = office.run("history")
    assert "client-invited" in history
