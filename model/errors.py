"""The one error the domain raises: a code that machines keep and a sentence that people read."""


class DomainError(Exception):
    """A request that a rule refuses (DOMAIN 1.6, "Domain errors").

    `code` is stable (`E_END_BEFORE_START`); `message` says what is wrong and what to do, without client data.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message
