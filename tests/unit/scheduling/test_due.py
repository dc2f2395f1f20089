"""Which links are due: by their time, or woken by a change; never leased, paused or in trouble ones."""

from datetime import timedelta

import pytest

from model.link import LinkState
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
