"""What a feed says: the events of a link of its level, under names of its own, and no more (DOMAIN 5)."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.engine import Engine

from adapters.database.loading import load_session, load_several_series
from adapters.diary import beds, cancelling, changing, offering
from adapters.diary.beds import NewStay
from adapters.diary.cancelling import Cancel
from adapters.diary.changing import Move
from adapters.diary.importing_events import import_events
from model.cancellation import CancelledBy
from model.details import Source
from model.feed import Feed
from model.people import Client
from model.practice import Site
from model.series import Scope, Series
from model.session import Session
from sync.compare import OURS, same
from sync.feed import published_level, published_view
from sync.projection import project
from sync.settings import LEVELS, Level
from tests.unit.feeds.conftest import Clock, Practice, events, shown

UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


def titles(practice: Practice, secret: str) -> list[str]:
    return [one.summary for one in shown(practice.body(secret))]


def test_a_feed_shows_what_a_link_of_its_level_would(practice: Practice) -> None:
    practice.add("2026-03-10 09:00", site="adelaide", room="gym")
    practice.add("2026-03-11 09:00", rule="FREQ=WEEKLY;COUNT=4", clients=["eva"])
    practice.add("2026-03-12 09:00", workers=["tom"], clients=["liam"])
    for level in ("busy", "reference", "initials"):
        found = events(practice.body(practice.feed(level=level)))
        with practice.read() as database:
            worker = database.scalar(select(Feed.worker_id).limit(1))
            single = select(Session.id).where(Session.series_id.is_(None))
            units = [load_session(database, one) for one in database.scalars(single)]
            units += load_several_series(database, database.scalars(select(Series.id)).all())
            view = replace(published_view(worker, level, practice.settings), published=False)
            wanted = [one for unit in units if (one := project(unit, "uid", view)) is not None]
        assert len(found) == len(wanted) == 2
        for one in wanted:
            assert any(same(one, replace(other, uid="uid"), OURS) for other in found)


@pytest.mark.parametrize(
    ("level", "title", "place", "kind"),
    [
        ("busy", "Busy", "", "CONFIDENTIAL"),
        ("reference", "Session C-1077", "ADL1", "PRIVATE"),
        ("initials", "Session NH", "Adelaide clinic, Gym", "PRIVATE"),
    ],
)
def test_what_each_level_says(practice: Practice, level: str, title: str, place: str, kind: str) -> None:
    practice.add("2026-03-10 09:00", site="adelaide", room="gym")
    (one,) = shown(practice.body(practice.feed(level=level)))
    assert (one.summary, one.location, one.classification) == (title, place, kind)


def test_a_level_that_the_practice_lowered_is_lowered_at_once(practice: Practice) -> None:
    practice.add("2026-03-10 09:00")
    secret = practice.feed(level="initials")
    before = practice.tag(secret)
    practice.set(maximum="busy")
    assert titles(practice, secret) == ["Busy"]
    assert practice.tag(secret) != before


@given(wanted=st.one_of(st.sampled_from(LEVELS), st.text()), maximum=st.sampled_from(LEVELS))
def test_no_feed_is_above_its_level_the_practices_maximum_or_initials(wanted: str, maximum: Level) -> None:
    number = LEVELS.index(published_level(wanted, maximum))
    assert number <= LEVELS.index("initials")
    assert number <= LEVELS.index(maximum)
    assert number <= (LEVELS.index(wanted) if wanted in LEVELS else 0)  # type: ignore[arg-type]


OWN = b"""BEGIN:VCALENDAR\r
VERSION:2.0\r
PRODID:-//x//x//EN\r
BEGIN:VEVENT\r
UID:own\r
DTSTAMP:20260301T000000Z\r
DTSTART:20260312T010000Z\r
DTEND:20260312T020000Z\r
SUMMARY:Oncologist\r
LOCATION:Ward 3\r
DESCRIPTION:bring letters\r
END:VEVENT\r
END:VCALENDAR\r
"""


def test_h4_a_practitioners_own_words_are_not_read_in_a_busy_feed(practice: Practice) -> None:
    import_events(practice.sessions, practice.act, "priya", OWN)
    with practice.sessions.begin() as database:
        database.scalars(select(Session)).one().source = Source.CALENDAR  # as if she had made it on her phone
    (busy,) = shown(practice.body(practice.feed(level="busy")))
    assert (busy.summary, busy.location, busy.description) == ("Busy", "", "")
    assert busy.classification == "CONFIDENTIAL"
    assert titles(practice, practice.feed(level="reference")) == ["Oncologist"]


def test_cancelled_sessions_are_shown_as_such_or_not_at_all(practice: Practice) -> None:
    off = practice.add("2026-03-10 09:00").session_id
    how = Cancel(by=CancelledBy.CLIENT, reason="client-ill", advised="2026-03-02 08:00")
    cancelling.cancel(practice.sessions, practice.act, str(off), how, None)
    secret = practice.feed()
    (one,) = shown(practice.body(secret))
    assert (one.summary, one.status) == ("Cancelled – Session C-1077", "CANCELLED")
    sync = replace(practice.settings.sync, cancelled_display="remove")
    practice.settings = replace(practice.settings, sync=sync)
    assert b"VEVENT" not in practice.body(secret)


def test_drafts_stay_inside(practice: Practice) -> None:
    practice.add("2026-03-10 09:00", rostered=False)
    assert b"VEVENT" not in practice.body(practice.feed())


def test_only_the_days_of_the_feed_are_in_it(practice: Practice) -> None:
    for day in ("2026-02-20", "2026-02-26", "2026-03-10", "2026-03-25"):
        practice.add(f"{day} 12:00")
    secret = practice.feed(past_days=7, future_days=14)
    assert [f"{one.start:%m-%d}" for one in shown(practice.body(secret))] == ["02-26", "03-10"]
    practice.later(days=10)
    assert [f"{one.start:%m-%d}" for one in shown(practice.body(secret))] == ["03-10", "03-25"]


def test_what_a_worker_is_asked_to_take_names_nobody(practice: Practice) -> None:
    session = str(practice.add("2026-03-10 09:00", workers=["tom"]).session_id)
    offering.offer(practice.sessions, practice.act, session, workers=["priya"])
    secret = practice.feed(level="initials")
    assert b"VEVENT" not in practice.body(secret)
    sync = replace(practice.settings.sync, push_offers=True)
    practice.settings = replace(practice.settings, sync=sync)
    (one,) = shown(practice.body(secret))
    assert (one.summary, one.status) == ("Request", "TENTATIVE")


@pytest.mark.parametrize("of", ["room:gym", "asset:chair"])
def test_a_resource_is_occupied_and_that_is_all(practice: Practice, of: str) -> None:
    practice.add("2026-03-16 09:00", room="gym", assets=["chair"], rule="FREQ=DAILY;COUNT=2")
    body = practice.body(practice.feed(of))
    found = events(body)
    assert [one.master.summary for one in found if one.master] == ["Occupied", "Occupied"]
    assert len({one.uid for one in found}) == 2
    assert all(one.rule is None for one in found)
    for word in (b"LOCATION", b"DESCRIPTION", b"CATEGORIES", b"X-CALENDULA", b"URL", b"RELATED"):
        assert word not in body


def test_what_was_planned_together_cannot_be_told_from_the_rest(practice: Practice) -> None:
    practice.add("2026-03-16 09:00", room="gym", rule="FREQ=DAILY;COUNT=3")
    practice.later(hours=3)
    practice.add("2026-03-16 12:00", room="gym", clients=["eva"])
    body = practice.body(practice.feed("room:gym"))
    stamps = re.findall(rb"(?:DTSTAMP|LAST-MODIFIED):(\S+)", body)
    numbers = re.findall(rb"SEQUENCE:(\d+)", body)
    assert set(stamps) == {b"20260302T000000Z"}
    assert len(set(numbers)) == 4


def test_a_bed_is_occupied_and_on_hold(practice: Practice) -> None:
    new = NewStay(bed="b2", client="eva", start="2026-03-20", end="2026-03-23")
    stay = str(beds.book(practice.sessions, practice.act, new).booking_id)
    secret = practice.feed("bed:b2")
    before = practice.tag(secret)
    practice.later(minutes=5)
    beds.hold(practice.sessions, practice.act, stay, start="2026-03-21", end="2026-03-22", reason="hospital")
    assert practice.tag(secret) != before
    found = {one.summary: one for one in shown(practice.body(secret))}
    assert found.keys() == {"Occupied", "On hold"}
    assert found["On hold"].status == "TENTATIVE"
    assert found["On hold"].related_to
    assert b"hospital" not in practice.body(secret)


def test_h3_names_of_events_are_random_to_others_and_stay(practice: Practice) -> None:
    practice.add("2026-03-10 09:00")
    practice.add("2026-03-11 09:00", rule="FREQ=WEEKLY;COUNT=4", clients=["eva"])
    secret, other = practice.feed(), practice.feed()
    uids = {one.uid for one in events(practice.body(secret))}
    assert len(uids) == 2
    assert all(UUID4.fullmatch(uid) for uid in uids)
    assert not uids & {one.uid for one in events(practice.body(other))}
    with practice.read() as database:
        ids = {
            str(one) for one in [*database.scalars(select(Session.id)), *database.scalars(select(Series.id))]
        }
    assert not uids & ids
    practice.later(days=2)
    assert {one.uid for one in events(practice.body(secret))} == uids


def test_what_nobody_changed_is_octet_for_octet_the_same(practice: Practice) -> None:
    practice.add("2026-03-10 09:00")
    moved = str(practice.add("2026-03-11 09:00", clients=["eva"]).session_id)
    secret = practice.feed()
    before = _texts(practice.body(secret))
    practice.later(hours=5)
    changing.move(practice.sessions, practice.act, moved, Move(start="2026-03-11 10:00"), None)
    after = _texts(practice.body(secret))
    (stays,) = before & after
    (new,), (old,) = after - before, before - after
    assert b"20260310T090000" in stays
    assert _number(new) > _number(old)
    assert b"DTSTAMP:20260302T050000Z" in new


def _texts(body: bytes) -> set[bytes]:
    return {text.partition(b"END:VEVENT")[0] for text in body.split(b"BEGIN:VEVENT")[1:]}


def _number(text: bytes) -> int:
    found = re.search(rb"SEQUENCE:(\d+)", text)
    assert found is not None
    return int(found[1])


def test_a_replaced_session_is_related_to_by_its_name_in_the_feed(practice: Practice) -> None:
    old = practice.add("2026-03-10 09:00").session_id
    with practice.sessions.begin() as database:
        new = database.get_one(Session, practice.add("2026-03-11 09:00", clients=["eva"]).session_id)
        new.replaces_id = old
    found = {one.master.start.day: one for one in events(practice.body(practice.feed())) if one.master}
    assert found[11].master.related_to == found[10].uid


# --- the tag ------------------------------------------------------------------------------------------------------


def _rename(practice: Practice, noun: type, ref: str, name: str) -> None:
    with practice.sessions.begin() as database:
        database.scalars(select(noun).where(noun.ref == ref)).one().name = name


def test_a_new_name_is_new_also_in_what_is_past(practice: Practice) -> None:
    """The sessions to come get a new number for it; those that are past do not."""
    practice.add("2026-03-03 09:00", site="adelaide")
    secret, running = practice.feed(level="initials"), practice.feeds
    practice.later(days=5)
    before = practice.tag(secret)
    practice.body(secret, running)
    _rename(practice, Site, "adelaide", "Somewhere else")
    assert b"Somewhere else" in practice.body(secret)
    assert b"Somewhere else" in practice.body(secret, running)
    assert practice.tag(secret) != before


def _one(practice: Practice, status: str = "ROSTERED") -> str | None:
    with practice.read() as database:
        query = select(Session.id).where(Session.series_id.is_(None), Session.status == status)
        found = database.scalar(query.order_by(Session.starts_at).limit(1))
        return str(found) if found else None


def _move(practice: Practice, number: int) -> None:
    if one := _one(practice):
        to = Move(start=f"2026-03-15 {8 + number:02}:30")
        changing.move(practice.sessions, practice.act, one, to, None)


def _move_last(practice: Practice, number: int) -> None:
    """The last occurrence of a series, which may lie beyond the days of the feed."""
    with practice.read() as database:
        query = select(Session.id).where(Session.series_id.is_not(None)).order_by(Session.starts_at.desc())
        found = database.scalar(query.limit(1))
    if found is not None:
        to = Move(start=f"2026-05-05 {8 + number:02}:15")
        changing.move(practice.sessions, practice.act, str(found), to, Scope.THIS_ONLY)


def _cancel(practice: Practice, _: int) -> None:
    if one := _one(practice):
        how = Cancel(
            by=CancelledBy.CLIENT, reason="client-ill", advised=practice.now.strftime("%Y-%m-%d %H:%M")
        )
        cancelling.cancel(practice.sessions, practice.act, one, how, None)


def _delete(practice: Practice, _: int) -> None:
    if one := _one(practice, "DRAFT"):
        cancelling.delete(practice.sessions, practice.act, one, None)


STEPS = {
    "add": lambda p, n: p.add(f"2026-03-{10 + n} 09:00", clients=["eva"]),
    "draft": lambda p, n: p.add(f"2026-03-{10 + n} 12:00", rostered=False),
    "repeat": lambda p, n: p.add(f"2026-03-{10 + n} 14:00", rule="FREQ=WEEKLY;COUNT=3", clients=["liam"]),
    "elsewhere": lambda p, n: p.add(f"2026-03-{10 + n} 16:00", workers=["tom"], clients=["eva"]),
    "rename": lambda p, n: _rename(p, Client, "noor", f"Noor Number{n}"),
    "rename the place": lambda p, n: _rename(p, Site, "adelaide", f"Clinic {n}"),
    "hours": lambda p, n: p.later(hours=1 + n),
    "days": lambda p, n: p.later(days=1 + n),
    "move": _move,
    "move one that repeats": _move_last,
    "cancel": _cancel,
    "delete": _delete,
}


def test_the_same_tag_is_the_same_content_whatever_happens(template, tmp_path_factory) -> None:
    """The law of a strong tag (RFC 9110, 8.8.1): what is served under it once is served under it always. And what a
    service has kept of events, or finds in the database when it is started, is what one writes that finds nothing."""

    @settings(max_examples=12, deadline=None)
    @given(steps=st.lists(st.sampled_from(sorted(STEPS)), min_size=3, max_size=8))
    def play(steps: list[str]) -> None:
        file = tmp_path_factory.mktemp("life") / "calendula.sqlite3"
        file.write_bytes(template.read_bytes())
        practice = Practice(f"sqlite:///{file}", Clock())
        secrets = [practice.feed(level=level) for level in ("busy", "initials")] + [practice.feed("room:gym")]
        known: dict[tuple[str, str], bytes] = {}
        running = practice.feeds
        practice.add("2026-03-09 09:00", site="adelaide", room="gym")
        for number, step in enumerate(steps):
            STEPS[step](practice, number)
            for secret in secrets:
                body = practice.body(secret, running)
                assert practice.body(secret) == body, steps
                assert practice.anew(secret) == body, steps
                assert known.setdefault((secret, practice.tag(secret)), body) == body, steps
        practice.engine.dispose()

    play()


def test_nothing_new_is_known_from_two_queries_and_no_session_is_read(practice: Practice) -> None:
    secret = practice.feed()
    for count in (1, 4):
        for n in range(count):
            practice.add(f"2026-03-{10 + n} {8 + count:02}:00")
        practice.tag(secret)
        sent = _statements(practice, secret)
        assert len(sent) == 2
        assert all(text.startswith("SELECT") for text in sent)


def _statements(practice: Practice, secret: str) -> list[str]:
    sent: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        practice.feeds.look(secret)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return [one for one in sent if not one.startswith(("PRAGMA", "BEGIN"))]
