"""Commands about who comes, who knows of an overlap, and who is erased, as a person sees them."""

from pathlib import Path

from tests.unit.cli.conftest import Answer, Command

THURSDAY = ("--start", "2026-03-05 14:00", "--minutes", "60", "--roster")


def add(practice: Command, client: str, *more: str) -> str:
    done = practice("session", "add", "--worker", "priya", "--client", client, *THURSDAY, "--json", *more)
    assert done.code == 0, done.err
    return str(done.json()["session_id"])


def shown(practice: Command, session: str) -> Answer:
    return practice("session", "show", session)


def test_session_confirm_is_shown_with_when(practice: Command) -> None:
    session = add(practice, "noor")
    done = practice("session", "confirm", session, "--client", "noor")
    assert (done.code, done.out) == (0, f"Confirmed {session[:8]}\n")
    assert (
        "attendance: client C-1077; status CONFIRMED; confirmed_at 2026-03-01T00:00:00+00:00\n"
        in shown(practice, session).out
    )
    again = practice("session", "confirm", session)
    assert again.code == 1
    assert "An attendance" in again.err
    practice("session", "move", session, "--start", "2026-03-05 15:00")
    assert "attendance: client C-1077; status BOOKED\n" in shown(practice, session).out


def test_004_16_session_acknowledge_and_the_list_of_what_nobody_acknowledged(practice: Command) -> None:
    add(practice, "noor")
    second, third = add(practice, "eva"), add(practice, "liam", "--acknowledge")
    listed = practice("session", "list", "--overlapping", "--json").json()
    assert [one["id"] for one in listed] == [second]
    assert "overlap: code SLOT_OVERLAP\n" in shown(practice, second).out
    done = practice("session", "acknowledge", second, "--as", "mia")
    assert (done.code, done.out) == (0, f"Acknowledged {second[:8]}\n")
    assert "overlap: code SLOT_OVERLAP; acknowledged_by mia; " in shown(practice, second).out
    assert practice("session", "list", "--overlapping").out == "No sessions.\n"
    moved = practice("session", "move", third, "--start", "2026-03-05 14:30", "--acknowledge")
    assert "(SLOT_OVERLAP)" in moved.err
    assert practice("session", "list", "--overlapping").out == "No sessions.\n"


def test_h7_client_erase_wants_to_be_told_that_it_is_meant(practice: Command) -> None:
    assert practice("client", "erase", "noor").code == 2
    assert practice("client", "erase", "noor", "--preview", "--yes").code == 2
    asked = practice("client", "erase", "noor", "--preview")
    assert asked.out == "C-1077 would be erased: 0 sessions, 0 events in calendars.\n"
    done = practice("client", "erase", "noor", "--yes")
    assert done.out.startswith("C-1077 is erased: 0 sessions, 0 events in calendars.\nBackups, exports")
    assert practice("client", "erase", "C-1077", "--preview").out == done.out.partition("Backups")[0]
    session = practice("session", "add", "--worker", "priya", "--client", "noor", *THURSDAY)
    assert (session.code, session.err) == (1, 'Error: There is no client "noor" (E_NOT_FOUND)\n')


def test_h7_e_still_client_is_said_with_what_to_do(practice: Command) -> None:
    add(practice, "noor")
    refused = practice("client", "erase", "noor", "--yes")
    said = "Error: C-1077 still has sessions to come (1); end, settle or cancel them first (E_STILL_CLIENT)\n"
    assert (refused.code, refused.err) == (1, said)


def test_h10_support_export_writes_a_file_that_is_not_there_yet(practice: Command, tmp_path: Path) -> None:
    file = tmp_path / "fault.json"
    done = practice("support-export", str(file))
    assert done.out.startswith(f"{file}: 0 links, 0 events, 1 lines of history.\n")
    again = practice("support-export", str(file))
    assert (again.code, again.err) == (1, f"Error: {file} is there already; name another file (E_EXISTS)\n")
