"""The ways to reach somebody; what a client allows is `model.people.Client.channels`."""

from collections.abc import Iterable
from enum import StrEnum


class Channel(StrEnum):
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    TEXT = "TEXT"


def first_of(channels: Iterable[Channel]) -> Channel | None:
    """By which of several channels one message goes: mail, else a text, else a call."""
    found = set(channels)
    return next((one for one in (Channel.EMAIL, Channel.TEXT, Channel.PHONE) if one in found), None)
