"""The one error the domain raises: a code that machines keep and a sentence that people read."""

from collections.abc import Iterable


class DomainError(Exception):
    """A request that a rule refuses (DOMAIN 1.6, "Domain errors").

    `code` is stable (`E_END_BEFORE_START`); `message` says what is wrong and what to do, without client data.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def no_step(what: str, now: str, wanted: str, ways: Iterable[str]) -> DomainError:
    """What to raise where a state machine has no such step (E_TRANSITION): it names the steps that there are."""
    found = " or ".join(sorted(ways))
    then = f"choose {found}" if found else "nothing follows that, so add another"
    return DomainError("E_TRANSITION", f"{what} that is {now} cannot become {wanted}; {then}")
