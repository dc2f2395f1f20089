"""One rich history, killed at every single step of its run: the next runs end where an undisturbed one ends."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sync.compare import meaning
from tests.property.support import oracle
from tests.property.support.invariants import check_all
from tests.property.support.mortal import Fate, dies
from tests.property.support.office import OFFICE
from tests.property.support.play import Gesture, Play, Saved, Stage, Step, in_memory, prepare, replay
from tests.property.support.server import SERVER
from tests.property.support.thumb import THUMB
from tests.property.support.wire import over_http

GESTURES: dict[str, Gesture] = {**OFFICE, **THUMB, **SERVER}

# What stands when the run begins that will be killed: edits of every kind wait on both sides.
BEFORE: list[Step] = [
    ("add_series", 1, 3, 0),
    ("add_series", 2, 1, 4),
    ("add_series", 3, 2, 16),
    ("add_session", 4, 2, 0),
    ("add_session", 5, 3, 0),
    ("add_session", 6, 4, 2),
    ("add_session", 5, 6, 5),
    ("t_add", 2, 2, 0),
    ("t_add", 3, 1, 4),
    ("run", 0, 0, 0),
    ("t_decorate", 0, 0, 0),
    ("t_decorate", 3, 0, 0),
]
EDITS: dict[str, list[Step]] = {
    "ours": [
        ("add_session", 7, 2, 0),
        ("add_series", 6, 2, 1),
        ("move", 3, 4, 0),
        ("move", 9, 2, 1),
        ("cancel", 5, 0, 0),
        ("delete", 2, 2, 0),
        ("delete", 4, 2, 0),
    ],
    "theirs": [
        ("t_move", 0, 3, 0),
        ("t_move", 1, 4, 0),
        ("t_edit", 2, 1, 0),
        ("t_move_one", 0, 2, 3),
        ("t_delete_one", 1, 1, 0),
        ("t_split", 2, 2, 1),
        ("t_delete", 4, 0, 0),
        ("t_copy", 3, 2, 0),
        ("t_add", 4, 4, 5),
    ],
    "both": [
        ("t_move", 0, 3, 0),
        ("move", 3, 4, 0),
        ("t_delete", 4, 0, 0),
        ("t_split", 1, 2, 1),
        ("cancel", 5, 0, 0),
        ("delete", 2, 2, 0),
        ("t_edit", 3, 1, 0),
        ("t_add", 4, 4, 1),
    ],
}
SERVERS = {
    "plain": Stage(),
    "rewriting": Stage(rewriting=True),
    "silent": Stage(etag_on_put=False),
    "http": Stage(personality="none"),
    "http-silent": Stage(personality="B1"),
    "http-no-token": Stage(personality="B10"),
    "http-rewriting": Stage(personality="B2-strips"),
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    return prepare(tmp_path_factory.mktemp("interrupts"))


def begun(edits: str, server: str, template: Path) -> Saved:
    side = over_http if server.startswith("http") else in_memory
    play = Play.on(SERVERS[server], template=template, folder=template.parent, side=side)
    replay(play, BEFORE, GESTURES)
    oracle.settle(play)
    return replay(play, EDITS[edits], GESTURES).saved(template.parent / "begun.sqlite3")


def ended(play: Play) -> tuple[object, ...]:
    """Where a history ended, without the ids that depend on how it went."""
    try:
        oracle.settle(play)
        check_all(play)
        sessions = Counter(
            (s.kind, s.status, s.local_start, s.local_end, s.subject) for s in play.world.all_sessions()
        )
        events = Counter(meaning(replace(event, uid="")) for event in play.world.phone.events())
        return sessions, events, Counter(play.world.judged())
    finally:
        play.world.close()


@pytest.mark.parametrize(
    ("edits", "server", "stride"),
    [
        ("both", "plain", 1),
        ("ours", "plain", 3),
        ("theirs", "plain", 3),
        ("both", "rewriting", 4),
        ("theirs", "silent", 4),
        ("both", "http", 1),
        ("theirs", "http-silent", 8),
        ("both", "http-no-token", 8),
        ("both", "http-rewriting", 8),
    ],
)
def test_killed_at_any_step(edits: str, server: str, stride: int, template: Path) -> None:
    """The richest of them at every step, before and after each request and each commit; the others at some.

    In memory, and with the real CalDAV adapter over HTTP.
    """
    saved, fate = begun(edits, server, template), Fate()
    undisturbed = saved.resumed()
    assert not dies(undisturbed.world, fate)
    wanted = ended(undisturbed)
    assert fate.steps > 20
    for step in range(1, fate.steps + 1, stride):
        play = saved.resumed()
        assert dies(play.world, Fate(die_at=step))
        assert ended(play) == wanted, f"killed at step {step} of {fate.steps}"


def test_one_history_gives_one_trace(template: Path) -> None:
    """The same steps give the same lines, ids and bytes (I13)."""
    saved = begun("both", "plain", template)
    traces = []
    for _ in range(2):
        play = saved.resumed()
        oracle.settle(play)
        items = {href: item.body for href, item in play.world.server.items.items()}
        traces.append((play.world.history(), play.world.judged(), items))
        play.world.close()
    assert traces[0] == traces[1]
    again = begun("both", "plain", template).play
    assert again.world.server.items == saved.play.world.server.items
