"""Random histories of both sides: whatever happened, both sides agree in the end, and nothing was lost (I1-I17)."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.property.support import oracle
from tests.property.support.apps import APPS, MEANWHILE
from tests.property.support.office import OFFICE
from tests.property.support.play import Gesture, Play, Stage, Step, prepare
from tests.property.support.server import SERVER
from tests.property.support.thumb import THUMB

PHONE = {**THUMB, **APPS}
OUTSIDE = {**SERVER, **MEANWHILE}
GESTURES: dict[str, Gesture] = {**OFFICE, **PHONE, **OUTSIDE}
HISTORIES = int(os.environ.get("CALENDULA_HISTORIES", "2000"))
SEED = int(os.environ.get("CALENDULA_SEED", "1"))
PARTS = 16

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
        self.play = Play.on(Stage.numbered(number), template=self.template, folder=self.folder)
        for step in (first, second, ("run", 0, 0, 0)):
            self.play.take(step, GESTURES)

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
        try:
            oracle.settle(self.play)
            oracle.check_quiet(self.play)
        finally:
            self.play.world.close()


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    """One prepared database, and a folder for copies of it, in memory where the system has such a place."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield prepare(Path(folder))


@pytest.mark.parametrize("part", range(PARTS))
def test_both_sides_agree_after_any_history(part: int, template: Path) -> None:
    machine = type(f"Histories{part}", (Histories,), {"template": template, "folder": template.parent})
    chosen = settings(
        max_examples=max(HISTORIES // PARTS, 1),
        stateful_step_count=6,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    run_state_machine_as_test(seed(SEED * 1000 + part)(machine), settings=chosen)
