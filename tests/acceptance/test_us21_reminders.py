"""US21 (DOMAIN 6): a client is reminded, as she allows it, by a real mail server."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.office import Office
from tests.post_office import MailServer, mail_server

_EVA = """
[[client]]
id = "eva"
name = "Eva K."
email = "eva@example.org"
phone = "+61 400 000 002"
allow_email = true
"""
_ADD = ("session", "add", "--start", "2026-03-19 14:00", "--minutes", "60", "--worker", "mia", "--client", "eva",
        "--site", "adelaide", "--roster", "--as", "sam")  # fmt: skip


@pytest.fixture
def mail(office: Office, tmp_path: Path) -> Iterator[MailServer]:
    """Mail goes to a server, and Eva allows e-mail only."""
    folder = tmp_path / "mail"
    folder.mkdir()
    with mail_server(folder) as server:
        office.configure(server.config('[messages]\nfeedback_url = "https://ask.example/how"'))
        eva = office.folder / "eva.toml"
        eva.write_text(_EVA, encoding="utf-8")
        office.run("practice", "import", str(eva))
        office.at("2026-03-10T09:00+10:30")
        yield server


def refused(office: Office, code: str, *remind: str) -> None:
    words = [word for text in remind for word in ("--remind", text)]
    done = office.attempt(*_ADD, *words)
    assert (done.code, code in done.err) == (1, True)
    assert office.ask("session", "list", "--worker", "mia") == []


def reminders(office: Office, session: str) -> list[tuple[str, str]]:
    found = office.ask("session", "show", session)["reminders"]
    return [(one["due_at"], one["state"]) for one in found]


def added(office: Office, *more: str) -> str:
    two = ("--remind", "5:email", "--remind", "2:email")
    return str(json.loads(office.run(*_ADD, *two, *more, "--json"))["session_id"])


def test_us21_reminders(office: Office, mail: MailServer) -> None:
    # what she does not allow, a third, and six days before
    refused(office, "E_REMINDER_CHANNEL", "5:email,text", "2:email,text")
    refused(office, "E_REMINDER_RANGE", "5:email", "2:email", "1:email")
    refused(office, "E_REMINDER_RANGE", "6:email")

    # e-mail only: due on 14 and 17 March at 09:00 in Adelaide
    session = added(office, "--instructions", "Please bring your splint")
    assert reminders(office, session) == [
        ("2026-03-13T22:30+00:00", "SCHEDULED"),
        ("2026-03-16T22:30+00:00", "SCHEDULED"),
    ]
    office.at("2026-03-14T08:59+10:30")
    office.run("messages", "send")
    assert mail.mails == []
    office.at("2026-03-14T09:00+10:30")
    office.run("messages", "send")
    office.run("messages", "send")
    (first,) = mail.mails
    assert mail.to == [["eva@example.org"]]
    body = first.get_body()
    assert body is not None
    assert "Thu 19 Mar 2026, 14:00" in body.get_content()
    assert "Please bring your splint" in body.get_content()  # 004-13
    assert "Eva" not in str(first)

    # cancelled on 15 March: the first was sent, the second never is
    office.at("2026-03-15T10:00+10:30")
    why = ("--by", "client", "--reason", "client-ill", "--advised", "2026-03-15 09:50")
    office.run("session", "cancel", session, *why)
    assert [state for _, state in reminders(office, session)] == ["SENT", "VOID"]
    office.at("2026-03-17T09:00+10:30")
    office.run("messages", "send")
    assert len(mail.mails) == 1


def test_us21_held_instead_with_session_bridge_on_one_feedback_request_is_recorded(
    office: Office, mail: MailServer
) -> None:
    session = added(office, "--bridge")
    assert office.ask("session", "show", session)["feedback"] == []
    office.at("2026-03-19T15:05+10:30")
    office.run("session", "complete", session, "--as", "mia")
    (request,) = office.ask("session", "show", session)["feedback"]
    assert (request["state"], request["sent_at"]) == ("RECORDED", None)

    office.run("messages", "send")
    office.run("messages", "send")
    (asked,) = mail.mails
    assert "https://ask.example/how?request=" in str(asked)
    assert [one["state"] for one in office.ask("session", "show", session)["feedback"]] == ["SENT"]
    office.run("session", "feedback", session, "--client", "eva")
    assert [one["state"] for one in office.ask("session", "show", session)["feedback"]] == ["ANSWERED"]


@contextlib.contextmanager
def service(office: Office) -> Iterator["subprocess.Popen[bytes]"]:
    """`calendula run`, at the time of the story."""
    environ = {**os.environ, **office.environ, "CALENDULA_TEST_NOW": office.now.isoformat()}
    command = [sys.executable, "-m", "tests.entry", "run"]
    with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
            process.wait(60)


def until(holds: Callable[[], bool]) -> None:
    for _ in range(600):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen within a minute")


def test_us21_the_service_sends_them_by_itself(office: Office, mail: MailServer) -> None:
    session = added(office)
    office.at("2026-03-14T09:00+10:30")
    with service(office) as process:
        until(lambda: len(mail.mails) == 1)
        until(lambda: reminders(office, session)[0][1] == "SENT")
    assert process.returncode == 0
    jobs = {one["job"]: one["result"] for one in office.ask("status")["jobs"]}
    assert {"reminders", "notices", "messages", "extend", "chase", "purge", "publish", "tokens"} <= set(jobs)
    assert all(result.startswith("ok") for result in jobs.values())


def test_us21_killed_between_the_servers_yes_and_our_note_of_it_the_second_has_the_same_name(
    office: Office, mail: MailServer
) -> None:
    session = added(office)
    office.at("2026-03-14T09:00+10:30")
    victim: list[int] = []

    def killed() -> str:
        os.kill(victim[0], signal.SIGKILL)
        return "250 OK"

    mail.faults.append(killed)
    with service(office) as process:
        victim.append(process.pid)
        until(lambda: process.poll() is not None)
    assert process.returncode == -signal.SIGKILL
    assert len(mail.mails) == 1
    assert reminders(office, session)[0][1] == "SCHEDULED"

    office.later(minutes=1)
    office.run("messages", "send")
    assert len(mail.mails) == 1  # whoever claimed it may still be at it
    office.later(minutes=16)
    office.run("messages", "send")
    assert len(mail.mails) == 2
    assert len({one["Message-ID"] for one in mail.mails}) == 1
    assert reminders(office, session)[0][1] == "SENT"
