"""A server that publishes one .ics file on loopback: what it says, and what it was asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.fake.wire import Answer, Request, listening

SECRET = "private-3f2a9c"


@dataclass
class Publisher:
    """`etag` and `modified` are named and obeyed where they are not empty; `answer` stands in for all of it."""

    body: bytes = b""
    etag: str = ""
    modified: str = ""
    answer: Answer | None = None
    asked: list[Request] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/{SECRET}/basic.ics"

    def publish(self, *events: str, head: tuple[str, ...] = (), etag: str = "") -> None:
        """Another file; each event is what stands between its BEGIN and END."""
        rows = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//publisher//EN", *head]
        for event in events:
            rows += ["BEGIN:VEVENT", *event.strip().split("\n"), "END:VEVENT"]
        self.body, self.etag = "\r\n".join([*rows, "END:VCALENDAR", ""]).encode(), etag

    def respond(self, request: Request) -> Answer:
        self.asked.append(request)
        if self.answer is not None:
            return self.answer
        told = {"Content-Type": "text/calendar"}
        told |= {"ETag": self.etag} if self.etag else {}
        told |= {"Last-Modified": self.modified} if self.modified else {}
        known = self.etag and request.headers.get("if-none-match") == self.etag
        since = self.modified and request.headers.get("if-modified-since") == self.modified
        return Answer(304, b"", told) if known or since else Answer(200, self.body, told)

    def conditions(self) -> list[tuple[str, str]]:
        """What each request so far said it knew."""
        return [
            (one.headers.get("if-none-match", ""), one.headers.get("if-modified-since", ""))
            for one in self.asked
        ]


@contextmanager
def publishing() -> Iterator[Publisher]:
    made = Publisher()
    with listening(made.respond) as made.port:
        yield made


def event(uid: str, start: str, end: str, *more: str) -> str:
    """Times in UTC, like "20260311T100000"."""
    rows = [f"UID:{uid}", "DTSTAMP:20260301T000000Z", f"DTSTART:{start}Z", f"DTEND:{end}Z", *more]
    return "\n".join(rows)
