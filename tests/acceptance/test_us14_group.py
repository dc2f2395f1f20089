"""US14 (DOMAIN 6), the completion: of four clients of a group one cancels in time; what the three pay, to the cent.

What a cancellation costs is told by the stories of cancellation.
"""

from pathlib import Path
from typing import Any

import pytest

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.agreed import AGREED
from tests.phone import Phone, master

FOUR = ("noor", "liam", "jordan", "eva")


@pytest.fixture
def agreed(office: Office, tmp_path: Path) -> Office:
    file = tmp_path / "agreed.toml"
    file.write_text(AGREED, encoding="utf-8")
    office.run("practice", "import", str(file))
    return office


def _amounts(done: dict[str, Any]) -> list[tuple[str, str]]:
    return [(line["client"], line["amount"]) for line in done["lines"]]


def _titles(phone: Phone) -> list[str]:
    return [master(one).value("SUMMARY") for one in phone.resources()]


def test_us14_group_one_cancels(
    agreed: Office, caldav_server: Server, collection_url: str, phone: Phone
) -> None:
    office = agreed
    office.at("2026-03-02T09:00+10:30")
    office.link("priya", caldav_server, collection_url)
    who = [word for client in FOUR for word in ("--client", client)]
    session = office.ask(
        *("session", "add", "--start", "2026-03-12 13:00", "--end", "15:00", "--worker", "priya", *who),
        *("--work-type", "GROUP", "--site", "hills", "--roster"),
    )["session_id"]
    office.run("service", "plan", session, "--service", "group", "--ratio", "1:4")
    office.settle()
    assert _titles(phone) == ["Group · 4"]

    office.at("2026-03-05T11:00+10:30")
    how = ("--by", "client", "--client", "eva", "--advised", "2026-03-05 10:00", "--reason")
    office.run("session", "cancel", session, *how, "client-transport")
    office.settle()
    found = office.ask("session", "show", session)
    assert (found["status"], found["clients"]) == ("ROSTERED", ["C-1077", "C-1090", "C-1042"])
    (why,) = found["cancellations"]
    assert (why["outcome"], why["amount"]) == ("NOT_BILLABLE", "0.00")
    assert _titles(phone) == ["Group · 3"]

    office.at("2026-03-12T15:30+10:30")
    office.settle()
    as_planned = office.attempt("session", "complete", session)
    assert as_planned.code == 0
    assert "3 lines, 60.00" in as_planned.out
    assert "PORTION_UNDER_100" in as_planned.err
    portions = [one.get("portion") for one in office.ask("session", "show", session)["attendance"]]
    assert portions == ["25.00", "25.00", "25.00", None]

    office.run("session", "reset", session)
    forty = [word for client in FOUR[:3] for word in ("--portion", f"{client}=40")]
    refused = office.attempt("session", "complete", session, *forty)
    assert refused.code == 1
    assert "(E_PORTION_SUM)" in refused.err

    shares = ("--portion", "noor=33.34", "--portion", "liam=33.33", "--portion", "jordan=33.33")
    done = office.ask("session", "complete", session, *shares)
    assert sorted(_amounts(done)) == [("C-1042", "26.66"), ("C-1077", "26.67"), ("C-1090", "26.67")]
    assert (done["total"], done["warnings"]) == ("80.00", [])
    assert office.sync()["lines"] == []
    assert _titles(phone) == ["Group · 3"]
