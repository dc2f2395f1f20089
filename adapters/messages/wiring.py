"""Which ways there are to send messages by, from the configuration."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from adapters.config.schema import Config
from adapters.database.engine import Sessions
from adapters.messages.composing import Office, Opener
from adapters.messages.letter import Letter
from adapters.messages.mail import MailFolder, Sender, SmtpServer, written
from adapters.messages.sending import Post, Send
from adapters.messages.templates import Templates
from adapters.messages.webhook import Webhook
from model.channel import Channel
from model.inbound import Audience


class PasswordFileError(Exception):
    """A file with a password cannot be read; the message says which key names it."""


def post(
    config: Config, sessions: Sessions, *, clock: Callable[[], datetime], box: Callable[[], Opener]
) -> Post:
    """What sends; without a way for a channel its messages wait."""
    return Post(
        sessions=sessions, clock=clock, carriers=_carriers(config, clock), office=_office(config, box)
    )


def told(config: Config) -> dict[Audience, tuple[str, ...]]:
    """Where those are told who are no single worker."""
    found = {Audience.SCHEDULER: config.messages.schedulers, Audience.ADMIN: config.messages.admins}
    return {audience: addresses for audience, addresses in found.items() if addresses}


def _office(config: Config, box: Callable[[], Opener]) -> Office:
    return Office(
        templates=Templates(config.messages.templates),
        domain=_sender(config).domain,
        addresses=told(config),
        public_url=config.privacy.public_url.rstrip("/"),
        booking_url=_booking_url(config),
        feedback_url=config.messages.feedback_url,
        box=box,
    )


def _booking_url(config: Config) -> str:
    """Where clients change or cancel by themselves, where they may."""
    rules = config.booking
    return config.web.booking_url if rules.allow and rules.allow_resched_cancel else ""


def _carriers(config: Config, clock: Callable[[], datetime]) -> dict[Channel, Send]:
    found: dict[Channel, Send] = {}
    if config.mail.via != "none":
        found[Channel.EMAIL] = _mailer(config, clock)
    if config.messages.webhook_url:
        secret = _secret(config.messages.webhook_secret, config.messages.webhook_secret_file, "messages")
        url, policy = config.messages.webhook_url, config.network.policy()
        gateway = Webhook(url=url, secret=secret, policy=policy, clock=clock)
        found[Channel.TEXT] = found[Channel.PHONE] = gateway.send
    return found


def _mailer(config: Config, clock: Callable[[], datetime]) -> Send:
    mail, sender = config.mail, _sender(config)
    way: SmtpServer | MailFolder = MailFolder(folder=Path(mail.folder))
    if mail.via == "smtp":
        way = SmtpServer(
            host=mail.host,
            port=mail.port,
            security=mail.security,
            user=mail.user,
            password=_secret(mail.password, mail.password_file, "mail"),
            ca_file=mail.ca_file,
            seconds=mail.timeout_s,
        )
    return lambda letter: _mail(letter, sender, way, clock())


def _mail(letter: Letter, sender: Sender, way: SmtpServer | MailFolder, now: datetime) -> None:
    way.send(written(letter, sender, now=now))


def _sender(config: Config) -> Sender:
    return Sender(name=config.mail.name, address=config.mail.address, reply_to=config.mail.reply_to)


def _secret(text: str, file: str, section: str) -> str:
    """As it stands, else what a file holds in its first line."""
    if text or not file:
        return text
    try:
        return Path(file).read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError):
        raise PasswordFileError(f"The file that [{section}] names for its secret cannot be read.") from None
