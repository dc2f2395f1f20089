"""Feeds over HTTP, from a real server: tags, dates, HEAD, and an answer to wrong addresses that says nothing."""

import gzip
import logging
from datetime import timedelta
from email.utils import parsedate_to_datetime
from io import StringIO

import pytest
from sqlalchemy import event

from adapters import logs
from adapters.config.schema import LogSection
from adapters.diary import changing
from adapters.diary.changing import Move
from adapters.feeds import content
from adapters.feeds.keeping import remove_feed, rotate_feed
from adapters.feeds.kept import Kept
from adapters.feeds.secret import new_secret
from model.series import Scope
from model.session import Session
from tests.unit.feeds.conftest import ALLOWED, Practice, Site


def test_a_feed_is_one_calendar_without_a_method(practice: Practice, site: Site) -> None:
    practice.add("2026-03-10 09:00")
    practice.add("2026-03-11 09:00", rule="FREQ=WEEKLY;COUNT=4", clients=["eva"])
    answer = site.get(practice.feed(title="Rao, Priya; sessions"))
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    lines = answer.content.decode().split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines.count("BEGIN:VCALENDAR") == 1
    assert lines.count("BEGIN:VTIMEZONE") == 1
    assert not any(line.startswith("METHOD") for line in lines)
    for said in (
        r"NAME:Rao\, Priya\; sessions", r"X-WR-CALNAME:Rao\, Priya\; sessions",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H",
    ):  # fmt: skip
        assert said in lines


def test_g12_an_answer_is_private_and_leads_nowhere(practice: Practice, site: Site) -> None:
    headers = site.get(practice.feed()).headers
    assert headers["X-Robots-Tag"] == "noindex, nofollow"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "private, no-cache"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["Content-Disposition"] == 'inline; filename="calendar.ics"'


def test_nothing_new_is_304_until_something_is(practice: Practice, site: Site) -> None:
    practice.add("2026-03-10 09:00")
    secret = practice.feed()
    first = site.get(secret)
    tag = first.headers["ETag"]
    assert tag.startswith('"')
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = site.get(secret, If_None_Match=known)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == tag
    practice.add("2026-03-11 09:00", clients=["eva"])
    changed = site.get(secret, If_None_Match=tag)
    assert changed.status_code == 200
    assert changed.headers["ETag"] != tag
    assert changed.content != first.content


def test_a_304_is_answered_without_making_the_calendar(
    practice: Practice, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = practice.feed()
    tag = site.get(secret).headers["ETag"]
    monkeypatch.setattr("adapters.feeds.reading.stamps", None)
    assert site.get(secret, If_None_Match=tag).status_code == 304
    assert site.get(secret, method="HEAD").status_code == 200


def test_what_was_written_lately_is_not_written_again(
    practice: Practice, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    practice.add("2026-03-10 09:00")
    secret = practice.feed()
    first = site.get(secret).content
    with monkeypatch.context() as broken:
        broken.setattr("adapters.feeds.reading.stamps", None)
        assert site.get(secret).content == first
    practice.add("2026-03-11 09:00", clients=["eva"])
    assert site.get(secret).content.count(b"BEGIN:VEVENT") == 2


def test_of_a_feed_that_was_written_lately_only_what_changed_is_read(
    practice: Practice, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    for day in range(10, 15):
        practice.add(f"2026-03-{day} 09:00")
    repeats = practice.add("2026-03-16 09:00", rule="FREQ=WEEKLY;COUNT=3", clients=["eva"])
    secret, read = practice.feed(), list[object]()
    site.get(secret)
    for loads in ("load_shown", "load_several_series"):
        load = getattr(content, loads)
        monkeypatch.setattr(
            content, loads, lambda database, ids, load=load: read.extend(ids) or load(database, ids)
        )
    new = practice.add("2026-03-20 09:00", clients=["eva"]).session_id
    assert site.get(secret).content.count(b"BEGIN:VEVENT") == 7
    assert read == [new]
    changing.move(
        practice.sessions,
        practice.act,
        str(repeats.session_id),
        Move(start="2026-03-16 10:00"),
        Scope.THIS_ONLY,
    )
    assert b"RECURRENCE-ID" in site.get(secret).content
    assert read == [new, repeats.series_id]


def test_no_more_is_kept_than_there_is_room_for() -> None:
    kept = Kept(most=10)
    for tag in "abc":
        kept.put(tag, b"1234")
        kept.get("a")
    assert [kept.get(tag) for tag in "abc"] == [b"1234", None, b"1234"]
    kept.put("d", b"more than there is room for")
    assert kept.get("d") is None


def test_a_date_tells_when_it_became_so_also_of_what_was_taken_away(practice: Practice, site: Site) -> None:
    draft = practice.add("2026-03-10 09:00")
    secret = practice.feed()
    first = site.get(secret).headers["Last-Modified"]
    assert parsedate_to_datetime(first) == practice.now
    practice.later(hours=2)
    assert site.get(secret).headers["Last-Modified"] == first
    assert site.get(secret, If_Modified_Since=first).status_code == 304
    with practice.sessions.begin() as database:
        gone = database.get_one(Session, draft.session_id)
        database.delete(gone)
    after = site.get(secret, If_Modified_Since=first)
    assert after.status_code == 200
    assert parsedate_to_datetime(after.headers["Last-Modified"]) == practice.now
    assert site.get(secret, If_Modified_Since="yesterday, or so").status_code == 200
    later = practice.now + timedelta(days=1)
    newer = f"{later:%a, %d %b %Y %H:%M:%S} GMT"
    assert site.get(secret, If_Modified_Since=newer, If_None_Match='"other"').status_code == 200


def test_head_says_what_get_would(practice: Practice, site: Site) -> None:
    practice.add("2026-03-10 09:00")
    secret = practice.feed()
    got, head = site.get(secret), site.get(secret, method="HEAD")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("ETag", "Last-Modified", "Content-Type", "Cache-Control", "X-Robots-Tag"):
        assert head.headers[name] == got.headers[name]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "PROPFIND"])
def test_nothing_can_be_done_to_a_feed(practice: Practice, site: Site, method: str) -> None:
    secret = practice.feed()
    assert site.get(secret, method=method).status_code == 405
    assert site.get(new_secret(), method=method).status_code == 405


def test_a_packed_answer_is_the_same_and_has_a_tag_of_its_own(practice: Practice, site: Site) -> None:
    practice.add("2026-03-10 09:00")
    secret = practice.feed()
    plain, packed = site.get(secret), site.get(secret, Accept_Encoding="gzip, br")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    for tag in (plain.headers["ETag"], packed.headers["ETag"]):
        assert site.get(secret, If_None_Match=tag, Accept_Encoding="gzip").status_code == 304
    assert gzip.compress(plain.content, 5, mtime=0) == gzip.compress(plain.content, 5, mtime=0)


def test_g13_what_a_caller_asks_for_changes_nothing(practice: Practice, site: Site) -> None:
    practice.add("2026-03-10 09:00", workers=["tom"])
    practice.add("2026-03-10 09:00", clients=["eva"])
    secret = practice.feed(level="busy")
    plain = site.get(secret)
    for query in ("?level=full_name", "?worker=tom", "?past_days=3000&title=x", "?secret=other"):
        assert site.get(secret, query=query).content == plain.content


def _wrong(practice: Practice) -> dict[str, str]:
    """Every way in which an address can be wrong."""
    rotated, removed, right = practice.feed(), practice.feed(), practice.feed()
    rotate_feed(practice.sessions, practice.act, "priya")
    remove_feed(practice.sessions, practice.act, "priya-2")
    return {
        "never": new_secret(), "rotated": rotated, "removed": removed, "one off": right[:-1] + "~",
        "short": "x", "long": "x" * 5_000, "odd": "%00%ff'", "empty": "%20",
    }  # fmt: skip


def test_g12_whatever_is_wrong_with_an_address_the_answer_is_one(practice: Practice, site: Site) -> None:
    answers = {}
    for why, secret in _wrong(practice).items():
        practice.later(hours=2)
        answer = site.get(secret, X_Request_Id="0123456789")
        same = {name: value for name, value in answer.headers.items() if name != "date"}
        answers[why] = (answer.status_code, answer.content, tuple(sorted(same.items())))
    assert len(set(answers.values())) == 1, answers
    assert next(iter(answers.values()))[0] == 404


def test_g12_a_wrong_address_and_an_ended_one_take_as_long(practice: Practice) -> None:
    """Both ask for one row by a hash, and find none: what is done is the same, statement by statement."""
    practice.add("2026-03-10 09:00")
    wrong = _wrong(practice)
    done: dict[str, list[str]] = {"never": [], "removed": []}
    for why, statements in done.items():

        def note(*about: object, into: list[str] = statements) -> None:
            into.append(str(about[2]))

        event.listen(practice.engine, "before_cursor_execute", note)
        assert practice.feeds.look(wrong[why]) is None
        event.remove(practice.engine, "before_cursor_execute", note)
    assert done["never"] == done["removed"] != []


def test_g16_who_guesses_is_told_to_wait_and_subscribers_are_not(practice: Practice, site: Site) -> None:
    right, later = practice.feed(), practice.feed()
    assert site.get(right).status_code == 200
    for _ in range(ALLOWED):
        assert site.get(new_secret()).status_code == 404
    refused = site.get(new_secret())
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert site.get(right).status_code == 200
    practice.later(hours=2)
    assert site.get(later).status_code == 200


def test_g12_no_line_of_a_log_holds_an_address(practice: Practice, site: Site) -> None:
    """Not even where a library says it aloud, and the log is at its most talkative."""
    said = StringIO()
    logs.configure(LogSection(level="debug", format="json"), stream=said)
    logging.getLogger().setLevel(logging.DEBUG)
    secret = practice.feed()
    for one in (secret, new_secret()):
        site.get(one)
        site.get(one, method="POST")
        logging.getLogger("uvicorn.access").warning("GET /feeds/%s.ics", one)
    assert '"library":"uvicorn"' in said.getvalue().replace(" ", "")
    assert secret not in said.getvalue()
    assert "/feeds/" not in said.getvalue()
