"""US12 and US13 (DOMAIN 6): what a late cancellation costs under the NDIS, over a change of clocks and a holiday."""

from pathlib import Path
from typing import Any

import pytest

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.phone import Phone, master

AGREED = Path(__file__).parent / "ndis.toml"
CANCEL = ("--by", "client", "--reason", "client-ill", "--rules", "ndis")


@pytest.fixture
def agreed(office: Office) -> Office:
    office.run("practice", "import", str(AGREED))
    return office


def _booked(office: Office, start: str, minutes: int, worker: str, client: str, service: str) -> str:
    add = (
        "session",
        "add",
        "--start",
        start,
        "--minutes",
        str(minutes),
        "--worker",
        worker,
        "--client",
        client,
    )
    session = str(office.ask(*add, "--site", "adelaide", "--roster")["session_id"])
    office.run("service", "plan", session, "--service", service)
    return session


def _charge(office: Office, session: str, advised: str, *more: str) -> dict[str, Any]:
    (charge,) = office.ask("session", "cancel", session, *CANCEL, "--advised", advised, *more)["charges"]
    return dict(charge)


def test_us12_seven_days_over_the_end_of_dst(
    agreed: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    agreed.at("2026-03-30T09:00+10:30")
    session = _booked(agreed, "2026-04-07 10:00", 120, "tom", "liam", "support")
    agreed.link("tom", caldav_server, collection_url)
    agreed.settle()

    agreed.at("2026-03-31T11:00+10:30")
    in_time = _charge(agreed, session, "2026-03-31 10:00", "--preview")
    assert (in_time["outcome"], in_time["amount_cents"]) == ("NOT_BILLABLE", 0)
    late = _charge(agreed, session, "2026-03-31 10:30")
    assert (late["outcome"], late["amount_cents"], late["code"]) == ("BILLABLE", 13_512, "NSDH")
    assert late["trace"][0].startswith("R3")

    agreed.settle()
    event = master(phone.only())
    assert (event.value("STATUS"), event.value("TRANSP")) == ("CANCELLED", "TRANSPARENT")
    assert b"NSDH" not in phone.only().body
    assert b"135.12" not in phone.only().body


def test_us13_two_clear_business_days_around_a_holiday(agreed: Office) -> None:
    agreed.at("2026-03-05T18:00+10:30")
    session = _booked(agreed, "2026-03-10 10:00", 60, "priya", "noor", "physio")
    enough = _charge(agreed, session, "2026-03-04 17:00", "--preview")
    assert enough["amount_cents"] == 0
    elsewhere = _charge(agreed, session, "2026-03-05 17:00", "--work-found", "--preview")
    assert (elsewhere["amount_cents"], "other work" in elsewhere["trace"][-1]) == (0, True)
    late = _charge(agreed, session, "2026-03-05 17:00")
    assert (late["amount_cents"], late["code"]) == (18_399, "NSDH")

    (counted,) = agreed.ask("session", "cancellations", "--client", "noor")
    assert (counted["ndis_code"], counted["claimed"], counted["amount_cents"]) == ("NSDH", True, 18_399)
