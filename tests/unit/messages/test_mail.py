"""Mail, by a real mail server on loopback: TLS, log-in, addresses and headers (FAILURES G10, H9)."""

import socket
import ssl
import threading
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest

from adapters.messages.letter import Letter, Undeliverable
from adapters.messages.mail import (
    BadAddress,
    BadHeader,
    MailFolder,
    MailRefused,
    MailServerError,
    Sender,
    SmtpServer,
    written,
)
from model.channel import Channel
from tests.post_office import PASSWORD, USER, MailServer, certificate, mail_server

NOW = datetime(2026, 3, 14, tzinfo=UTC)
SENDER = Sender(name="Marigold", address="office@marigold.example", reply_to="desk@marigold.example")


def letter(**other: object) -> Letter:
    usual = {"to": ("noor@example.org",), "subject": "Hello", "text": "Good day.\n", "channel": Channel.EMAIL}
    return Letter(message_id="<7@marigold.example>", **(usual | other))  # type: ignore[arg-type]


def way(server: MailServer, **other: object) -> SmtpServer:
    usual = {"host": "localhost", "port": server.port, "user": USER, "password": PASSWORD, "seconds": 5}
    return SmtpServer(**(usual | {"ca_file": str(server.ca_file)} | other))  # type: ignore[arg-type]


def test_a_mail_arrives_over_starttls_with_a_log_in(server: MailServer) -> None:
    way(server).send(written(letter(), SENDER, now=NOW))
    (mail,) = server.mails
    assert (mail["To"], mail["From"], mail["Subject"]) == (
        "noor@example.org", "Marigold <office@marigold.example>", "Hello",
    )  # fmt: skip
    assert (mail["Message-ID"], mail["Reply-To"], mail["Auto-Submitted"]) == (
        "<7@marigold.example>", "desk@marigold.example", "auto-generated",
    )  # fmt: skip
    assert mail.get_content() == "Good day.\r\n"
    assert server.to == [["noor@example.org"]]


def test_a_certificate_that_nobody_signed_is_refused(server: MailServer) -> None:
    with pytest.raises(MailServerError):
        way(server, ca_file="").send(written(letter(), SENDER, now=NOW))
    assert server.mails == []


def test_a_certificate_of_another_name_is_refused(server: MailServer, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    certificate(other, "mail.example")
    with pytest.raises(MailServerError):
        way(server, ca_file=str(other / "mail.pem")).send(written(letter(), SENDER, now=NOW))
    assert server.mails == []


def test_a_server_without_tls_gets_neither_password_nor_mail(tmp_path: Path) -> None:
    with mail_server(tmp_path, tls=False) as plain:
        with pytest.raises(MailServerError):
            way(plain).send(written(letter(), SENDER, now=NOW))
        assert plain.mails == []
        way(plain, security="none", user="").send(written(letter(), SENDER, now=NOW))
        assert len(plain.mails) == 1


def test_implicit_tls(tmp_path: Path) -> None:
    """A server that speaks TLS from its first byte on."""
    cert, key = certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with context.wrap_socket(listening.accept()[0], server_side=True) as there:
                there.sendall(b"220 hello\r\n")
                heard.append(there.recv(100))
                there.sendall(b"421 later\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        tls = SmtpServer(
            host="localhost", port=listening.getsockname()[1], security="tls", ca_file=str(cert), seconds=5
        )
        with pytest.raises(MailServerError):
            tls.send(written(letter(), SENDER, now=NOW))
        thread.join()
    assert heard[0].startswith(b"ehlo ")


def test_a_wrong_password_is_for_the_administrator_to_mend(server: MailServer) -> None:
    with pytest.raises(MailServerError, match="user name or password"):
        way(server, password="wrong").send(written(letter(), SENDER, now=NOW))


def test_nobody_lives_there(server: MailServer) -> None:
    with pytest.raises(MailRefused):
        way(server).send(written(letter(to=("nobody@example.org",)), SENDER, now=NOW))


@pytest.mark.parametrize(("reply", "for_good"), [("451 4.3.0 later", False), ("554 5.7.1 spam", True)])
def test_what_the_server_says_of_a_mail(server: MailServer, reply: str, for_good: bool) -> None:
    server.faults.append(reply)
    with pytest.raises((MailServerError, MailRefused)) as refused:
        way(server).send(written(letter(), SENDER, now=NOW))
    assert refused.value.for_good is for_good


def test_no_server_at_all() -> None:
    with pytest.raises(MailServerError):
        SmtpServer(host="localhost", port=9, seconds=1).send(written(letter(), SENDER, now=NOW))


@pytest.mark.parametrize(
    "address",
    ["noor", "a@b, eve@example.org", "a@b\r\nBcc: eve@example.org", "Eve <eve@example.org>", "", "a b@c", "@c", "a@-",
     "ü@example.org"],
)  # fmt: skip
def test_h9_an_address_is_exactly_one(address: str) -> None:
    with pytest.raises(BadAddress):
        written(letter(to=(address,)), SENDER, now=NOW)


@pytest.mark.parametrize("subject", ["Hello\r\nBcc: eve@example.org", "Hello\nX: y", "a\x00b", "a\u2028b"])
def test_g10_a_header_with_a_control_character_is_refused(subject: str) -> None:
    with pytest.raises(BadHeader):
        written(letter(subject=subject), SENDER, now=NOW)
    with pytest.raises(Undeliverable):
        written(letter(), Sender(name=subject, address="o@m.example"), now=NOW)


def test_a_calendar_file_is_attached_as_published(server: MailServer) -> None:
    ics = b"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n"
    way(server).send(written(letter(ics=ics, html="<p>Good day.</p>"), SENDER, now=NOW))
    (part,) = server.mails[0].iter_attachments()
    assert (part.get_content_type(), part.get_filename()) == ("text/calendar", "appointment.ics")
    assert part.get_param("method") == "PUBLISH"
    assert part.get_payload(decode=True) == ics


def test_a_folder_takes_mails_whole_and_once_per_message(tmp_path: Path) -> None:
    folder = MailFolder(folder=tmp_path / "out")
    for _ in range(2):
        folder.send(written(letter(), SENDER, now=NOW))
    (file,) = (tmp_path / "out").iterdir()
    assert file.suffix == ".eml"
    assert message_from_bytes(file.read_bytes())["Message-ID"] == "<7@marigold.example>"
    (tmp_path / "taken").write_text("")
    with pytest.raises(MailServerError):
        MailFolder(folder=tmp_path / "taken").send(written(letter(), SENDER, now=NOW))
