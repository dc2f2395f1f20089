"""changes list, show, confirm, dismiss: what an answer does to the diary and to the calendar."""

from tests.unit.changes.conftest import ZONE


def test_a_deleted_occurrence_is_restored_with_its_line_and_waits(story):
    story.delete_one("20260324")
    said = story.sync()
    assert "one occurrence was deleted: held until somebody answers" in said
    assert story.statuses()["2026-03-24"] == "ROSTERED"
    assert b"Change waiting" in story.item().body
    assert b"EXDATE" not in story.item().body
    assert [(c["code"], c["reason_code"]) for c in story.held()] == [("E4", "CLIENT_BOOKING_DELETE")]


def test_confirmed_as_worker_it_is_cancelled_and_marked_so_there(story):
    story.delete_one("20260324")
    story.sync()
    (change,) = story.held()
    story.cancel(change["ref"])
    story.sync()

    row = next(row for row in story.sessions() if row["start"].startswith("2026-03-24"))
    assert (row["status"], row["needs_reschedule"]) == ("CANCELLED", True)
    assert list(story.statuses().values()).count("ROSTERED") == 7
    body = story.item().body
    assert b"STATUS:CANCELLED" in body
    assert b"Change waiting" not in body
    assert story.held() == []
    assert story.sync() == "priya: nothing to do\n"


def test_dismissed_it_stays_and_loses_its_line(story):
    story.delete_one("20260324")
    story.sync()
    (change,) = story.held()
    story.commands.ok("changes", "dismiss", change["ref"])
    story.sync()
    assert story.statuses()["2026-03-24"] == "ROSTERED"
    assert b"Change waiting" not in story.item().body


def test_the_line_stays_while_another_change_waits(story):
    story.delete_one("20260324")
    story.sync()
    story.delete_one("20260331")
    story.sync()
    first, second = story.held()
    story.commands.ok("changes", "dismiss", first["ref"])
    story.sync()
    assert story.item().body.count(b"Change waiting") == 1
    story.commands.ok("changes", "dismiss", second["ref"])
    story.sync()
    assert b"Change waiting" not in story.item().body


def test_a_deleted_series_confirmed_for_the_client_cancels_what_is_to_come(story):
    story.delete_all()
    story.sync()
    (change,) = story.held()
    assert change["code"] == "E5"
    story.commands.ok(
        "changes", "confirm", change["ref"], "--for-client", "noor", "--advised", "2026-03-20 08:00", "--reason",
        "client-ill",
    )  # fmt: skip
    story.sync()
    assert list(story.statuses().values()) == ["ROSTERED"] * 3 + ["CANCELLED"] * 5


def test_a_cut_series_confirmed_cancels_this_and_following(story):
    story.edit("COUNT=8", "UNTIL=20260330T000000Z")
    story.sync()
    story.sync()
    (change,) = story.held()
    assert change["code"] == "E7"
    story.cancel(change["ref"], "--by-provider", "office-closed")
    story.sync()
    assert list(story.statuses().values()) == ["ROSTERED"] * 4 + ["CANCELLED"] * 4


def test_another_rule_confirmed_moves_what_is_to_come(story):
    story.edit("COUNT=8;BYDAY=TU", "INTERVAL=2;COUNT=8;BYDAY=TU")
    story.sync()
    (change,) = story.held()
    assert change["code"] == "E14"
    story.commands.ok("changes", "confirm", change["ref"], "--move")
    story.sync()
    past, coming = ["2026-03-03", "2026-03-10", "2026-03-17"], ["2026-03-31", "2026-04-14", "2026-04-28"]
    assert sorted(story.statuses()) == [*past, *coming, "2026-05-12", "2026-05-26", "2026-06-09"]


def test_another_rule_that_drops_bookings_is_not_taken_over(story):
    story.edit("COUNT=8;BYDAY=TU", "INTERVAL=2;COUNT=5;BYDAY=TU")
    story.sync()
    (change,) = story.held()
    done = story.commands("changes", "confirm", change["ref"], "--move")
    assert done.code == 1
    assert "E_RRULE" in done.err
    assert len(story.statuses()) == 8


def test_a_move_into_the_past_is_held_and_can_be_taken_over(story):
    line = f"DTSTART;{ZONE}:20260303T100000"
    assert line.encode() in story.item().body
    override = (
        "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260320T000000Z\r\nRECURRENCE-ID;{zone}:20260324T100000\r\n"
        "DTSTART;{zone}:20260319T100000\r\nDTEND;{zone}:20260319T110000\r\nSUMMARY:{title}\r\nCLASS:PRIVATE\r\n"
        "END:VEVENT\r\nEND:VCALENDAR"
    )
    body = story.item().body.decode()
    found = {line.split(":")[0]: line.split(":", 1)[1] for line in body.splitlines() if ":" in line}
    story.edit("END:VCALENDAR", override.format(uid=found["UID"], zone=ZONE, title=found["SUMMARY"]))
    story.sync()
    (change,) = story.held()
    assert (change["code"], change["reason_code"]) == ("E2", "INTO_PAST")
    story.commands.ok("changes", "confirm", change["ref"], "--move")
    story.sync()
    assert "2026-03-19" in story.statuses()
    assert "2026-03-24" not in story.statuses()
    assert b"20260319T100000" in story.item().body


def test_show_says_what_came_and_what_each_answer_would_do(story):
    story.delete_one("20260324")
    story.sync()
    (change,) = story.held()
    said = story.commands.ok("changes", "show", change["ref"]).out
    assert "One occurrence was deleted, in the calendar of priya (E4)." in said
    assert "2026-03-24 10:00 to 11:00" in said
    assert said.count("changes confirm") == 4
    assert said.count("changes dismiss") == 1


def test_an_answer_of_the_wrong_kind_is_refused_and_changes_nothing(story):
    story.delete_one("20260324")
    story.sync()
    (change,) = story.held()
    wrong = story.commands("changes", "confirm", change["ref"], "--move")
    assert (wrong.code, "E_ANSWER" in wrong.err) == (1, True)
    future = story.commands(
        "changes", "confirm", change["ref"], "--as-worker", "--reason", "worker-training", "--advised",
        "2026-03-28 08:00",
    )  # fmt: skip
    assert (future.code, "E_ADVISED_FUTURE" in future.err) == (1, True)
    assert story.commands("changes", "confirm", change["ref"], "--as-worker").code == 2
    assert len(story.held()) == 1


def test_an_answered_change_cannot_be_answered_again(story):
    story.delete_one("20260324")
    story.sync()
    (change,) = story.held()
    story.commands.ok("changes", "dismiss", change["ref"])
    again = story.commands("changes", "dismiss", change["ref"])
    assert (again.code, "E_TRANSITION" in again.err) == (1, True)
    assert [c["state"] for c in story.commands.ok("changes", "list", "--all", "--json").json] == ["DISMISSED"]


def test_the_answer_is_remembered_with_its_actor(story):
    story.delete_one("20260324")
    story.sync()
    (change,) = story.held()
    story.commands.ok("changes", "dismiss", change["ref"], "--as", "sam")
    (answered,) = story.commands.ok("changes", "list", "--all", "--json").json
    assert answered["resolved_by"] == "sam"
