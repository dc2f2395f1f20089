"""Mail: written as a message of RFC 5322, and handed to a mail server over TLS, or put into a folder.

Credentials and letters go only to a server whose certificate fits, or to this machine itself. A header never holds
what would end its line (FAILURES G10), and an address is exactly one.
"""

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Literal

from adapters.messages.letter import Letter, SendingError, Undeliverable
from model.message import has_controls

_ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\"\\]{1,64}@[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
Security = Literal["starttls", "tls", "none"]


class MailServerError(SendingError):
    """The mail server was not reached, or did not take it for now."""


class MailRefused(Undeliverable):
    """The mail server will not take this mail, ever."""


class BadAddress(Undeliverable):
    """What was given as a mail address is none."""


class BadHeader(Undeliverable):
    """A subject, or whom it is from, would end its line."""


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Whom mails are from, by name and address; `reply_to` where answers are read, if elsewhere."""

    name: str
    address: str
    reply_to: str = ""

    @property
    def domain(self) -> str:
        """What message ids end with."""
        return self.address.rpartition("@")[2] or "localhost"


def written(letter: Letter, sender: Sender, *, now: datetime) -> EmailMessage:
    """The mail as it is sent. No reply is made to it by machines (RFC 3834)."""
    if any(has_controls(text) for text in (letter.subject, sender.name, letter.message_id)):
        raise BadHeader("A header of the mail contains a control character.")
    mail = EmailMessage(policy=SMTP)
    mail["From"] = _address(sender.address, sender.name)
    mail["To"] = [_address(one) for one in letter.to]
    if sender.reply_to:
        mail["Reply-To"] = _address(sender.reply_to)
    mail["Subject"] = letter.subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = letter.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(letter.text)
    if letter.html:
        mail.add_alternative(letter.html, subtype="html")
    if letter.ics:
        mail.add_attachment(
            letter.ics, maintype="text", subtype="calendar", filename="appointment.ics",
            params={"method": "PUBLISH", "charset": "utf-8"},
        )  # fmt: skip
    return mail


def _address(text: str, name: str = "") -> Address:
    """Exactly one address; a list of them would send a client's mail to others (H9)."""
    if not _ADDRESS.fullmatch(text) or not text.isascii():
        raise BadAddress("What was given as a mail address is none.")
    return Address(display_name=name, addr_spec=text)


@dataclass(frozen=True, kw_only=True)
class SmtpServer:
    """Where mail is handed in. `none`: without encryption, which the configuration allows on this machine only."""

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
    seconds: float = 30

    def send(self, mail: EmailMessage) -> None:
        """Hand it in: one connection, one mail. What breaks off after the mail was written is tried again, under the
        same Message-ID."""
        try:
            with self._connected() as server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            codes = [code for code, _ in error.recipients.values()]
            raise _judged(max(codes)) from None
        except smtplib.SMTPAuthenticationError:
            raise MailServerError("The mail server refuses the user name or password.") from None
        except smtplib.SMTPResponseException as error:
            raise _judged(error.smtp_code, of_mail=isinstance(error, smtplib.SMTPDataError)) from None
        except (OSError, smtplib.SMTPException):  # TLS and time-outs among them
            raise MailServerError("The mail server cannot be reached, or broke off.") from None

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context(cafile=self.ca_file or None)
        name = socket.gethostname().partition(".")[0] or "localhost"
        if self.security == "tls":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, name, timeout=self.seconds, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, name, timeout=self.seconds)
        try:
            if self.security == "starttls":
                server.starttls(context=context)
            if self.user:
                server.login(self.user, self.password)
        except BaseException:
            server.close()
            raise
        return server


def _judged(code: int, *, of_mail: bool = True) -> SendingError:
    """5xx about the mail is for good (RFC 5321, 4.2.1); about anything else the server may be mended."""
    if of_mail and 500 <= code < 600:
        return MailRefused("The mail server refuses this mail.")
    return MailServerError("The mail server does not take the mail now.")


@dataclass(frozen=True, kw_only=True)
class MailFolder:
    """A folder of .eml files, for trying things out, or for another program that sends them."""

    folder: Path

    def send(self, mail: EmailMessage) -> None:
        """One file for each mail, whole or not at all; a second attempt writes it again."""
        name = re.sub(r"[^A-Za-z0-9-]", "", mail["Message-ID"].partition("@")[0])
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            beside = self.folder / f".{name}.new"
            beside.write_bytes(mail.as_bytes())
            beside.replace(self.folder / f"{name}.eml")
        except OSError:
            raise MailServerError("The folder for mails cannot be written.") from None
