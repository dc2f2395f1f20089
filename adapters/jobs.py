"""Jobs of the whole practice, each of which one process at a time does now and then; `status` shows how they went."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from adapters.config.schema import RetentionSection
from adapters.database.engine import Sessions, reading
from adapters.database.purging import purge
from adapters.diary.accepting import accept_at_limit
from adapters.diary.chasing import chase
from adapters.diary.offering import expire_offers
from adapters.diary.upkeep import extend
from model.act import Act
from model.journal import JobRun
from sync.settings import InboundSettings, RulesSettings

EVERY = {
    "extend": timedelta(days=1),
    "purge": timedelta(days=1),
    "chase": timedelta(hours=1),
    "offers": timedelta(hours=1),
    "acceptance": timedelta(minutes=15),
    "leave": timedelta(hours=1),
}
ACTOR = "calendula"


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """What the jobs need. Which of several processes does one is decided by the job's row. `leave` ends the access of
    workers who are gone: it speaks to their calendars."""

    sessions: Sessions
    clock: Callable[[], datetime]
    new_id: Callable[[], UUID]
    keep: RetentionSection = field(default_factory=RetentionSection)
    inbound: InboundSettings = field(default_factory=InboundSettings)
    rules: RulesSettings = field(default_factory=RulesSettings)
    leave: Callable[[Act], int] | None = None

    def run_due(self) -> int | None:
        """All of them, as far as they are due; how many occurrences were made, or None."""
        try:
            self.chase_if_due()
            self.expire_if_due()
            self.accept_if_due()
            self.leave_if_due()
            return self.extend_if_due()
        finally:
            self.purge_if_due()

    def purge_if_due(self) -> int | None:
        """Let go of what has outlived its use; None where somebody did so within a day."""
        return self._do_if_due("purge", lambda now: purge(self.sessions, self.keep, now=now), "gone")

    def chase_if_due(self) -> int | None:
        """Speak again of what is held; None where somebody did so within the hour."""
        return self._do_if_due("chase", self._chase, "given")

    def _chase(self, now: datetime) -> int:
        return chase(self.sessions, Act(actor=ACTOR, now=now, new_id=self.new_id), self.inbound)

    def expire_if_due(self) -> int | None:
        """End the offers of sessions that have begun; None where somebody did so within the hour."""
        return self._do_if_due("offers", self._expire, "ended")

    def _expire(self, now: datetime) -> int:
        return expire_offers(self.sessions, Act(actor=ACTOR, now=now, new_id=self.new_id))

    def accept_if_due(self) -> int | None:
        """Settle what workers have not answered in time; None where somebody did so within a quarter of an hour."""
        with reading(self.sessions) as database:
            last = database.scalar(select(JobRun.last_at).where(JobRun.job == "acceptance"))
        return self._do_if_due("acceptance", lambda now: self._accept(last or now, now), "settled")

    def _accept(self, last: datetime, now: datetime) -> int:
        act = Act(actor=ACTOR, now=now, new_id=self.new_id)
        return accept_at_limit(self.sessions, act, self.rules, since=last)

    def leave_if_due(self) -> int | None:
        """End the access of those who left; None where somebody did so within the hour."""
        return self._do_if_due("leave", self._leave, "left") if self.leave is not None else None

    def _leave(self, now: datetime) -> int:
        act = Act(actor=ACTOR, now=now, new_id=self.new_id)
        return self.leave(act) if self.leave is not None else 0

    def extend_if_due(self) -> int | None:
        """Make the occurrences of the next 13 months; None where somebody did so within a day."""
        return self._do_if_due("extend", self._extend, "made")

    def _extend(self, now: datetime) -> int:
        return extend(self.sessions, Act(actor=ACTOR, now=now, new_id=self.new_id))

    def _do_if_due(self, job: str, work: Callable[[datetime], int], word: str) -> int | None:
        now = self.clock()
        if not self._take(job, now):
            return None
        try:
            done = work(now)
        except Exception as error:
            self._ended(job, f"failed: {type(error).__name__}")
            raise
        self._ended(job, f"ok, {done} {word}")
        return done

    def _take(self, job: str, now: datetime) -> bool:
        """Claim a job for this process, if it is due and nobody else has it."""
        with self.sessions.begin() as database:
            step = update(JobRun).where(JobRun.job == job, JobRun.last_at <= now - EVERY[job])
            taken = database.execute(step.values(last_at=now, result="running").returning(JobRun.id))
            if taken.scalar_one_or_none() is not None:
                return True
            known = database.scalar(select(JobRun.id).where(JobRun.job == job))
        return known is None and self._begin(job, now)

    def _begin(self, job: str, now: datetime) -> bool:
        """The very first time: whoever makes the row has the job."""
        try:
            with self.sessions.begin() as database:
                database.add(JobRun(id=self.new_id(), job=job, last_at=now, result="running"))
        except IntegrityError:
            return False
        return True

    def _ended(self, job: str, result: str) -> None:
        with self.sessions.begin() as database:
            database.execute(update(JobRun).where(JobRun.job == job).values(result=result))
