"""What US2 sets up and US3, US4 and US5 start from: Priya and Noor, Tuesdays at ten, eight times."""

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Phone

WALL_TIMES = [
    "2026-03-03T10:00",
    "2026-03-10T10:00",
    "2026-03-17T10:00",
    "2026-03-24T10:00",
    "2026-03-31T10:00",
    "2026-04-07T10:00",
    "2026-04-14T10:00",
    "2026-04-21T10:00",
]


def link_priya(office: Office, server: Server, calendar: str) -> None:
    office.at("2026-03-02T09:00+10:30")
    office.link("priya", server, calendar)


def add_weekly(office: Office, *options: str) -> str:
    """The series, as a draft unless told otherwise; the id of its first session."""
    added = office.ask(
        "session", "add", "--start", "2026-03-03 10:00", "--minutes", "60", "--worker", "priya",
        "--client", "noor", "--site", "adelaide", "--rule", "FREQ=WEEKLY;BYDAY=TU;COUNT=8", "--as", "sam", *options,
    )  # fmt: skip
    return str(added["session_id"])


def given_us2(office: Office, server: Server, calendar: str, phone: Phone) -> str:
    """The series is rostered and in the calendar, nothing is left to do; its UID there."""
    link_priya(office, server, calendar)
    add_weekly(office, "--roster")
    office.sync()
    return phone.only().uid


def except_for(*changed: tuple[str, str]) -> list[str]:
    """The eight wall times, with some replaced."""
    times = dict(changed)
    return sorted(times.get(at, at) for at in WALL_TIMES)
