"""US15 (DOMAIN 6): a session is completed with its costs; every amount to the cent, and none of it in the calendar."""

import csv
from pathlib import Path
from typing import Any

import pytest

from adapters.demo.radicale import Server
from tests.acceptance.office import Office
from tests.agreed import AGREED
from tests.phone import Phone

_TRAVEL = (
    *("--travel", "priya:TO:40:22:tolls=5"),
    *("--travel", "priya:WITH:20:10:vehicle=bus:clients=noor+liam"),
)
_NO_TRAVEL = """
[[agreement_item]]
id = "liam-outing"
agreement = "liam-2026"
service = "outing"
rate_cents = 18399
allow_travel = false
allow_transport = false
"""
_SERVICES = [
    ("SERVICE", "outing", "C-1077", "92.00"),
    ("SERVICE", "splint", "C-1077", "45.00"),
    ("SERVICE", "outing", "C-1090", "91.99"),
]
_NOORS_TRAVEL = [
    ("TRAVEL_TIME", "outing", "C-1077", "23.00"),
    ("TRAVEL_COST", "outing", "C-1077", "13.39"),
    ("TRANSPORT_COST", "outing", "C-1077", "13.80"),
]
_LIAMS_TRAVEL = [(kind, service, "C-1090", amount) for kind, service, _, amount in _NOORS_TRAVEL]


@pytest.fixture
def agreed(office: Office, tmp_path: Path) -> Office:
    office.configure("[rules]\nad_hoc_services = true\n")
    _import(office, tmp_path, AGREED)
    return office


def _import(office: Office, folder: Path, text: str) -> None:
    file = folder / "agreed.toml"
    file.write_text(text, encoding="utf-8")
    office.run("practice", "import", str(file))


def _told(lines: list[dict[str, Any]]) -> list[tuple[str, ...]]:
    return [(one["kind"], one["service"], one["client"], one["amount"]) for one in lines]


def _outing(office: Office) -> str:
    """Priya with Noor and Liam on Wed 18 March, with its services."""
    session = office.ask(
        *("session", "add", "--start", "2026-03-18 13:00", "--end", "14:00", "--worker", "priya"),
        *("--client", "noor", "--client", "liam", "--work-type", "GROUP", "--site", "hills", "--roster"),
    )["session_id"]
    office.run("service", "plan", session, "--service", "outing", "--ratio", "1:2", "--travel")
    office.run(
        *("service", "ad-hoc", session, "--service", "splint", "--client", "noor", "--rate", "45"),
        *("--claim-type", "direct", "--method", "fixed-quantity", "--quantity", "1"),
    )
    return str(session)


def test_us15_complete_with_costs(
    agreed: Office, caldav_server: Server, collection_url: str, phone: Phone, tmp_path: Path
) -> None:
    office = agreed
    office.at("2026-03-17T09:00+10:30")
    office.link("priya", caldav_server, collection_url)
    session = _outing(office)
    office.settle()
    before = {one.uid: one.body for one in phone.resources()}
    assert len(before) == 1

    office.at("2026-03-18T16:00+10:30")
    office.settle()
    done = office.ask(
        "session", "complete", session, "--actual-start", "13:05", "--actual-end", "14:10", *_TRAVEL
    )
    assert sorted(_told(done["lines"])) == sorted(_SERVICES + _NOORS_TRAVEL + _LIAMS_TRAVEL)
    assert (done["total"], done["warnings"]) == ("329.37", [])
    time = next(line for line in done["lines"] if line["kind"] == "TRAVEL_TIME")
    assert (time["quantity"], time["rate"]) == (
        "0.25",
        "92.00",
    )  # half of 30 minutes, the cap, at half the rate

    shown = office.ask("session", "show", session)
    assert (shown["status"], shown["start"][11:16], shown["actual_start"][11:16]) == (
        "COMPLETE",
        "13:00",
        "13:05",
    )
    assert office.sync()["lines"] == []
    assert {one.uid: one.body for one in phone.resources()} == before

    office.run("session", "reset", session)
    shown = office.ask("session", "show", session)
    assert (shown["status"], shown["delivered"], shown["travel"]) == ("ROSTERED", [], [])

    _import(office, tmp_path, _NO_TRAVEL)
    done = office.ask("session", "complete", session, *_TRAVEL)
    assert sorted(_told(done["lines"])) == sorted(_SERVICES + _NOORS_TRAVEL)
    driven = [(one["direction"], one["minutes"]) for one in office.ask("session", "show", session)["travel"]]
    assert sorted(driven) == [("TO", 40), ("WITH", 20)]

    file = tmp_path / "march.csv"
    assert office.run("export", "services", "--csv", str(file)) == f"Exported 6 lines to {file}\n"
    with file.open(encoding="utf-8", newline="") as text:
        exported = [
            (row["kind"], row["service"], row["client"], row["amount"]) for row in csv.DictReader(text)
        ]
    assert sorted(exported) == sorted(_SERVICES + _NOORS_TRAVEL)
    for name in ("Noor", "Liam", "Haddad", "Brien"):
        assert name not in file.read_text(encoding="utf-8")
    again = office.run("export", "services", "--csv", str(tmp_path / "again.csv"))
    assert again == "There is nothing to export; no file was written\n"

    refused = office.attempt("session", "reset", session)
    assert refused.code == 1
    assert "SD_EXTRACTED" in refused.err
    assert "(E_LOCKED)" in refused.err
    assert {one.uid: one.body for one in phone.resources()} == before
    sent = b"".join(before.values())
    assert not any(word in sent for word in (b"outing", b"SPLINT", b"physio", b"183", b"C-1077"))


def test_us15_a_non_billable_outing_makes_no_line(agreed: Office) -> None:
    agreed.at("2026-03-18T16:00+10:30")
    session = agreed.ask(
        *(
            "session",
            "add",
            "--start",
            "2026-03-18 13:00",
            "--end",
            "14:00",
            "--worker",
            "priya",
            "--client",
            "noor",
        ),
        *("--site", "hills", "--roster", "--non-billable"),
    )["session_id"]
    assert agreed.ask("session", "complete", session, *_TRAVEL[:2])["lines"] == []
    assert [one["minutes"] for one in agreed.ask("session", "show", session)["travel"]] == [40]
