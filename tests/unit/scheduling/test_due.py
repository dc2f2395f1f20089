"""Which links are due: by their time, or woken by a change; never leased, paused or in trouble ones."""

from datetime import timedelta

import pytest

from adapters import due_links
from model.link import CalendarHost, LinkState
from tests.unit.scheduling.conftest import LATER, NOW


def test_a_link_is_due_at_its_time_and_not_before(links):
    links.add("mia")
    assert links.due() == []
    links.now = LATER
    assert links.due() == ["mia"]


def test_the_longest_due_comes_first(links):
    links.add("mia", next_run_at=NOW - timedelta(seconds=1))
    links.add("tom", next_run_at=NOW - timedelta(seconds=9))
    assert links.due() == ["tom", "mia"]


@pytest.mark.parametrize("other", [{}, {"rule": "FREQ=WEEKLY;COUNT=3"}])
def test_a_committed_change_wakes_the_links_of_its_workers_only(links, other):
    links.add("mia")
    links.add("tom")
    links.add_session("mia", **other)
    assert links.due() == ["mia"]


def test_a_link_that_backs_off_is_not_woken(links):
    links.add("mia", failures=2)
    links.add_session("mia")
    assert links.due() == []
    links.now = LATER
    assert links.due() == ["mia"]


def test_a_link_that_took_notice_sleeps_again(links):
    link = links.add("mia")
    links.add_session("mia")
    links.set(link, seen_rev=10_000)
    assert links.due() == []


@pytest.mark.parametrize("state", [s for s in LinkState if s not in (LinkState.ACTIVE, LinkState.ERROR)])
def test_a_link_at_rest_is_never_due(links, state):
    links.add("mia", state=state, next_run_at=NOW)
    links.add_session("mia")
    assert links.due() == []


def test_a_broken_link_is_tried_again_at_its_time(links):
    links.add("mia", state=LinkState.ERROR, failures=6, next_run_at=NOW)
    assert links.due() == ["mia"]


def test_a_leased_link_is_due_again_when_its_lease_runs_out(links):
    links.add("mia", next_run_at=NOW, lease_until=NOW + timedelta(seconds=90))
    assert links.due() == []
    links.now += timedelta(seconds=90)
    assert links.due() == ["mia"]


def test_a_change_does_not_wait_behind_those_that_are_late(links):
    for n in range(5):
        links.add("tom", ref=f"late-{n}", next_run_at=NOW - timedelta(seconds=60 - n))
    links.add("mia")
    links.add_session("mia")
    assert links.due() == ["mia", "late-0", "late-1", "late-2", "late-3", "late-4"]


def test_late_ones_do_not_wait_behind_changes_either(links):
    for worker in ("mia", "tom"):
        links.add(worker)
    links.add("lena", next_run_at=NOW - timedelta(seconds=9))
    for worker in ("mia", "tom"):
        links.add_session(worker)
    assert links.due() == ["mia", "lena", "tom"]


def test_e24_a_host_with_many_late_links_leaves_room_for_the_others(links, monkeypatch):
    monkeypatch.setattr(due_links, "_OF_ONE_HOST", 3)
    monkeypatch.setattr(due_links, "_MOST", 4)
    for n in range(6):
        links.add("tom", "big.example", ref=f"big-{n}", next_run_at=NOW - timedelta(seconds=60 - n))
    links.add("mia", "small.example", next_run_at=NOW - timedelta(seconds=1))
    assert links.due() == ["big-0", "big-1", "big-2", "mia"]


def test_a_host_in_trouble_is_told_from_one_that_answers(links):
    links.add("mia", "bad.example", next_run_at=NOW)
    links.add("tom", "good.example", next_run_at=NOW)
    with links.sessions.begin() as database:
        database.add(CalendarHost(id=links.new_id(), name="bad.example", failures=1))
    found = due_links.due_links(links.sessions, now=links.now)
    assert [(one.ref, one.shaky) for one in found] == [("mia", True), ("tom", False)]
