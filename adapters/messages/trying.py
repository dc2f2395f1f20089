"""Try out whether mail can be sent, with a mail that asks nothing of whoever gets it."""

from uuid import UUID

from adapters.messages.letter import Letter, SendingError
from adapters.messages.sending import Post
from model.channel import Channel
from model.errors import DomainError


def try_mail(post: Post | None, name: UUID, address: str) -> None:
    """Return once somebody took it; else say in plain words what stood in the way."""
    if post is None or Channel.EMAIL not in post.carriers:
        raise DomainError("E_NO_MAIL", "No mail is sent: set [mail] via, host and address.")
    letter = Letter(
        message_id=f"<{name}@{post.office.domain}>",
        channel=Channel.EMAIL,
        to=(address,),
        subject="Calendula can send mail",
        text="This mail was sent to try out the settings. Nothing else is to be done.\n",
    )
    try:
        post.carriers[Channel.EMAIL](letter)
    except SendingError as error:
        raise DomainError("E_NOT_SENT", str(error)) from error
