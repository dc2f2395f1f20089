"""A whole calendar file taken apart: one piece for each UID, named and marked so that readings can be compared."""

import pytest

from adapters.ical.lines import LineError
from adapters.ical.parts import File, take_apart
from tests.publisher import Publisher, event

ONE = event("one", "20260311T180000", "20260311T190000")
TWO = event("two", "20260312T180000", "20260312T190000")
MOVED = event("two", "20260313T180000", "20260313T190000", "RECURRENCE-ID:20260312T180000Z")


def file(*events: str, head: tuple[str, ...] = ()) -> File:
    published = Publisher()
    published.publish(*events, head=head)
    return take_apart(published.body)


def marks(found: File) -> dict[str, str]:
    return {name: piece.mark for name, piece in found.pieces.items()}


def test_there_is_one_piece_for_each_uid_and_its_name_is_not_the_uid() -> None:
    found = file(ONE, TWO, MOVED)
    assert len(found.pieces) == 2
    assert sorted(piece.body.count(b"BEGIN:VEVENT") for piece in found.pieces.values()) == [1, 2]
    assert not {"one", "two"} & found.pieces.keys()
    assert file(TWO, MOVED, ONE).pieces.keys() == found.pieces.keys()


def test_c2_another_stamp_is_no_other_event_and_another_time_is() -> None:
    before = marks(file(ONE, TWO))
    assert marks(file(ONE.replace("20260301T000000Z", "20260302T000000Z"), TWO)) == before
    later = marks(file(ONE.replace("T190000", "T193000"), TWO))
    assert len([name for name in before if later[name] != before[name]]) == 1


def test_c1_what_has_no_uid_is_named_by_what_it_says() -> None:
    nameless = ONE.replace("UID:one\n", "")
    stamped = nameless.replace("20260301T000000Z", "20260302T000000Z")
    assert file(nameless).pieces.keys() == file(stamped).pieces.keys()
    assert len(file(nameless, TWO.replace("UID:two\n", "")).pieces) == 2


def test_an_event_takes_along_the_zones_it_names_and_no_other() -> None:
    zones = tuple(
        row for tzid in ("Home", "Away") for row in ("BEGIN:VTIMEZONE", f"TZID:{tzid}", "END:VTIMEZONE")
    )
    zoned = "UID:z\nDTSTART;TZID=Home:20260311T100000"
    (piece,) = file(zoned, head=zones).pieces.values()
    assert b"TZID:Home" in piece.body
    assert b"TZID:Away" not in piece.body


def test_a_uid_inside_an_alarm_is_not_the_events() -> None:
    alarm = "BEGIN:VALARM\nUID:alarm\nEND:VALARM\n"
    assert file(alarm + ONE).pieces.keys() == file(ONE).pieces.keys()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html></html>",
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:one\r\nEND:VEVENT\r\n",
    ],
)
def test_a3_what_is_no_whole_calendar_is_refused(body: bytes) -> None:
    with pytest.raises(LineError):
        take_apart(body)


@pytest.mark.parametrize(
    ("head", "minutes"),
    [
        (("REFRESH-INTERVAL;VALUE=DURATION:PT2H",), 120),
        (("X-PUBLISHED-TTL:P1W",), 7 * 24 * 60),
        (("X-PUBLISHED-TTL:PT15M", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"), 60),
        (("X-PUBLISHED-TTL:P",), None),
        (("X-PUBLISHED-TTL:-PT1H",), None),
        ((), None),
    ],
)
def test_how_often_its_publisher_wants_it_to_be_read(head: tuple[str, ...], minutes: int | None) -> None:
    refresh = file(ONE, head=head).refresh
    assert (refresh.total_seconds() / 60 if refresh else None) == minutes
