"""Say in plain words why a calendar could not be found, linked or verified.

Each problem has a code that machines keep and a sentence for a person, with what to do next.
"""

from adapters.dav.http import AnswerLost, CertificateRefused, RedirectRefused, TimedOut
from adapters.dav.network import AddressRefused, HostNotFound
from adapters.dav.policy import AddressNotAllowed
from adapters.dav.xml import MalformedAnswer
from sync.errors import CalendarMissing, NotAuthorised, Refused, SyncError, Throttled

# Providers that refuse the account's own password to calendar programs, and what they call the other one.
_APP_PASSWORDS = {
    "icloud.com": "an app-specific password (account.apple.com, Sign-In and Security)",
    "fastmail.com": "an app password with calendar access (Settings, Privacy & Security)",
    "yahoo.com": "an app password (Account Security)",
    "googleusercontent.com": "consent in the browser: use --oauth instead of a password",
}


class DiscoveryProblem(Exception):
    """Why linking does not work. `code` is stable, `sentence` is for people and names no secret."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code, self.sentence = code, sentence


def in_plain_words(error: SyncError, *, host: str) -> DiscoveryProblem:
    """Translate an error of the wire."""
    if isinstance(error, NotAuthorised):
        return _wrong_password(host)
    if isinstance(error, RedirectRefused):
        return DiscoveryProblem(
            "other_host",
            f"{host} sends us on to another server ({error.location}). "
            "If you trust it, enter that address yourself.",
        )
    if isinstance(error, Refused) and error.status in {403, 405}:
        return DiscoveryProblem(
            "read_only", f"This calendar is read-only for this user: {host} refused a test event."
        )
    for kind, code, sentence in _SENTENCES:
        if isinstance(error, kind):
            return DiscoveryProblem(code, sentence.format(host=host, why=str(error)))
    return DiscoveryProblem("unreachable", f"{host}: {error}")


_SENTENCES: tuple[tuple[type[SyncError], str, str], ...] = (
    (
        CertificateRefused,
        "certificate",
        "{why} This check is never switched off; an authority of your own is named in the configuration.",
    ),
    (HostNotFound, "host_not_found", "{why} Check the spelling of the address."),
    (AddressRefused, "private_address", "{why}"),
    (AddressNotAllowed, "address", "{why}"),
    (TimedOut, "timeout", "{host} did not answer in time. Try again later, or check the address."),
    (AnswerLost, "no_answer", "{host} broke off in the middle of its answer. Try again later."),
    (Throttled, "busy", "{host} asks us to come back later. Nothing is wrong with your password."),
    (
        MalformedAnswer,
        "not_caldav",
        "{host} answers with a web page, not with CalDAV. Your provider's help names the CalDAV address.",
    ),
    (CalendarMissing, "not_found", "{host}: {why}"),
    (Refused, "refused", "{host} refused a test event. {why}"),
)


def _wrong_password(host: str) -> DiscoveryProblem:
    for provider, password in _APP_PASSWORDS.items():
        if host == provider or host.endswith(f".{provider}"):
            return DiscoveryProblem(
                "app_password_needed",
                f"{host} refuses the password. It wants {password}, not the account's own.",
            )
    return DiscoveryProblem("wrong_password", f"{host} refuses the user name or the password.")
