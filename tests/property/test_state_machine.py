"""Random histories of both sides: whatever happened, both sides agree in the end, and nothing was lost (I1-I17)."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.property.support import oracle
from tests.property.support.apps import APPS, MEANWHILE
from tests.property.support.invariants import HOLDS, check_all, trace
from tests.property.support.office import OFFICE
from tests.property.support.play import Gesture, Play, Side, Stage, Step, in_memory, prepare, replay
from tests.property.support.server import SERVER
from tests.property.support.thumb import THUMB
from tests.property.support.trouble import TROUBLE
from tests.property.support.wire import PERSONALITIES, over_http

PHONE = {**THUMB, **APPS}
OUTSIDE = {**SERVER, **MEANWHILE}
GESTURES: dict[str, Gesture] = {**OFFICE, **PHONE, **OUTSIDE, **TROUBLE}
HISTORIES = int(os.environ.get("CALENDULA_HISTORIES", "2000"))
SEED = int(os.environ.get("CALENDULA_SEED", "1"))
PARTS, PARTS_OVER_HTTP = 16, 4
REPLAYED = 40  # one history of so many is played again (I13)

_small = st.integers(0, 7)


def _steps(names: dict[str, Gesture]) -> st.SearchStrategy[Step]:
    return st.tuples(st.sampled_from(sorted(names)), _small, _small, _small)


_FIRST = st.tuples(
    st.sampled_from(["add_session", "add_series", "t_add"]), _small, _small, st.integers(0, 31)
)


class Histories(RuleBasedStateMachine):
    """One history: a few things happen on either side, runs come and go or die, and then it gets quiet."""

    folder: Path
    template: Path

    @initialize(number=st.integers(0, 31), first=_FIRST, second=_FIRST)
    def begin(self, number: int, first: Step, second: Step) -> None:
        self._begin(Stage.numbered(number), in_memory, first, second)

    def _begin(self, stage: Stage, side: Side, first: Step, second: Step) -> None:
        self.play = self._on(stage, side)
        for step in (first, second, ("run", 0, 0, 0)):
            self.play.take(step, GESTURES)

    def _on(self, stage: Stage, side: Side) -> Play:
        return Play.on(stage, template=self.template, folder=self.folder, side=side)

    @rule(step=_steps(OFFICE))
    def office(self, step: Step) -> None:
        self.play.take(step, GESTURES)

    @rule(step=_steps(PHONE))
    def thumb(self, step: Step) -> None:
        self.play.take(step, GESTURES)

    @rule(step=_steps(PHONE))
    def thumb_and_run(self, step: Step) -> None:
        self.play.take(step, GESTURES)
        self.play.take(("run", 0, 0, 0), GESTURES)

    @rule(step=_steps(OUTSIDE))
    def server(self, step: Step) -> None:
        self.play.take(step, GESTURES)

    def teardown(self) -> None:
        if not hasattr(self, "play"):
            return
        end = ended(self.play)
        if sum(map(sum, (step[1:] for step in self.play.steps))) % REPLAYED == 0:
            again = replay(self._on(self.play.stage, self.play.side), self.play.steps, GESTURES)
            assert ended(again) == end, "I13: the same steps gave another trace"


def ended(play: Play) -> tuple[object, ...]:
    """Let it get quiet, and ask what must hold then; the trace it leaves."""
    try:
        oracle.settle(play)
        check_all(play)
        return trace(play)
    finally:
        play.world.close()


class HistoriesOverHttp(Histories):
    """The same over real HTTP, on a server of some kind, where runs die around every request and answers go wrong."""

    @initialize(
        number=st.integers(0, 31), kind=st.sampled_from(sorted(PERSONALITIES)), first=_FIRST, second=_FIRST
    )
    def begin(self, number: int, kind: str, first: Step, second: Step) -> None:  # type: ignore[override]
        stage = replace(Stage.numbered(number), personality=kind)
        self._begin(stage, over_http, first, second)

    @rule(step=_steps(TROUBLE))
    def wire(self, step: Step) -> None:
        self.play.take(step, GESTURES)


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    """One prepared database, and a folder for copies of it, in memory where the system has such a place."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield prepare(Path(folder))


def test_every_invariant_is_asked() -> None:
    assert {*HOLDS, "I13"} == {f"I{number}" for number in range(1, 18)}


@pytest.mark.parametrize("part", range(PARTS))
def test_both_sides_agree_after_any_history(part: int, template: Path) -> None:
    play_many(Histories, HISTORIES // PARTS, part, template)


@pytest.mark.parametrize("part", range(PARTS_OVER_HTTP))
def test_both_sides_agree_over_http_on_any_server(part: int, template: Path) -> None:
    play_many(HistoriesOverHttp, HISTORIES // 10 // PARTS_OVER_HTTP, part, template)


def play_many(kind: type[Histories], histories: int, part: int, template: Path) -> None:
    machine = type(f"{kind.__name__}{part}", (kind,), {"template": template, "folder": template.parent})
    chosen = settings(
        max_examples=max(histories, 1),
        stateful_step_count=6,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    run_state_machine_as_test(seed(SEED * 1000 + part)(machine), settings=chosen)
