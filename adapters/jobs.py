"""Jobs of the whole practice, each of which one process at a time does now and then; `status` shows how they went.

A job is one entry of `JOBS`: its name, how often, what it does, and what it counts.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from adapters.config.schema import RetentionSection
from adapters.database.engine import Sessions, reading
from adapters.database.purging import purge
from adapters.diary.accepting import accept_at_limit
from adapters.diary.addresses import forget_addresses
from adapters.diary.chasing import chase
from adapters.diary.due_reminders import ask, remind
from adapters.diary.offering import expire_offers
from adapters.diary.requests import expire_requests
from adapters.diary.unfinished import publish_unfinished
from adapters.diary.upkeep import extend
from adapters.diary.warning import warn_of_stale
from adapters.messages.notices import bundle
from adapters.messages.sending import Post
from model.act import Act
from model.channel import Channel
from model.inbound import Audience
from model.job_run import JobRun
from sync.settings import DEFAULTS, Settings

ACTOR = "calendula"
_DAY, _HOUR, _MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Means:
    """What jobs work with. `post` sends messages, `told` says who gets mail besides workers, `tokens` keeps consents
    fresh, `leave` ends the access of workers who are gone; `asks`: clients are sent where to say how it was.
    """

    sessions: Sessions
    settings: Settings = DEFAULTS
    keep: RetentionSection = field(default_factory=RetentionSection)
    post: Post | None = None
    told: Iterable[Audience] = ()
    asks: bool = False
    tokens: Callable[[], int] = lambda: 0
    leave: Callable[[Act], int] = lambda _: 0

    def mails(self) -> bool:
        """Whether mail goes out at all: else notices wait where `status` shows them."""
        return self.post is not None and Channel.EMAIL in self.post.carriers


@dataclass(frozen=True, kw_only=True)
class Job:
    """`work` is given the means, who acts when, and when it was done last; it counts `word`."""

    name: str
    every: timedelta
    work: Callable[[Means, Act, datetime | None], int]
    word: str


def _accept(means: Means, act: Act, last: datetime | None) -> int:
    return accept_at_limit(means.sessions, act, means.settings.rules, since=last or act.now)


def _remind(means: Means, act: Act, _: datetime | None) -> int:
    return remind(means.sessions, act) + (ask(means.sessions, act) if means.asks else 0)


def _expire_requests(means: Means, act: Act, _: datetime | None) -> int:
    """What clients asked for and nobody answered in time; where clients came from is forgotten too."""
    forget_addresses(means.sessions, act)
    return expire_requests(means.sessions, act)


def _warn(means: Means, act: Act, _: datetime | None) -> int:
    return warn_of_stale(means.sessions, act, after=timedelta(minutes=means.settings.sync.stale_after_min))


def _bundle(means: Means, act: Act, _: datetime | None) -> int:
    delay = timedelta(seconds=means.settings.inbound.notify_delay_s)
    return bundle(means.sessions, act, delay=delay, told=list(means.told)) if means.mails() else 0


JOBS: tuple[Job, ...] = (
    Job(name="acceptance", every=15 * _MINUTE, work=_accept, word="settled"),
    Job(name="chase", every=_HOUR, work=lambda m, act, _: chase(m.sessions, act, m.settings.inbound), word="given"),
    Job(name="extend", every=_DAY, work=lambda m, act, _: extend(m.sessions, act), word="made"),
    Job(name="leave", every=_HOUR, work=lambda m, act, _: m.leave(act), word="left"),
    Job(name="offers", every=_HOUR, work=lambda m, act, _: expire_offers(m.sessions, act), word="ended"),
    Job(name="publish", every=15 * _MINUTE, work=lambda m, act, _: publish_unfinished(m.sessions, act, m.settings),
        word="made"),
    Job(name="sources", every=5 * _MINUTE, work=_warn, word="told of"),
    Job(name="requests", every=5 * _MINUTE, work=_expire_requests, word="expired"),
    Job(name="reminders", every=_MINUTE, work=_remind, word="queued"),
    Job(name="notices", every=_MINUTE, work=_bundle, word="mails"),
    Job(name="messages", every=15 * timedelta(seconds=1), work=lambda m, _, __: m.post.deliver() if m.post else 0,
        word="sent"),
    Job(name="tokens", every=6 * _HOUR, work=lambda m, _, __: m.tokens(), word="fresh"),
    Job(name="purge", every=_DAY, work=lambda m, act, _: purge(m.sessions, m.keep, now=act.now), word="gone"),
)  # fmt: skip


def once(job: Job, means: Means, act: Act) -> int:
    """Do a job now, whenever it is due: as a person asked for it."""
    return job.work(means, act, None)


@dataclass(frozen=True, kw_only=True)
class Done:
    """How one job went: what it counted, or what ended it."""

    job: str
    count: int = 0
    error: Exception | None = None


@dataclass(frozen=True, kw_only=True)
class Jobs:
    """All of them. Which of several processes does one is decided by the job's row."""

    means: Means
    clock: Callable[[], datetime]
    new_id: Callable[[], UUID]

    def run_due(self) -> Sequence[Done]:
        """Each that is due, in order; one that fails keeps no other from being done."""
        return [done for job in JOBS if (done := self._do(job)) is not None]

    def do(self, name: str) -> int | None:
        """One of them, if it is due; None where it was done within its time."""
        done = self._do(next(job for job in JOBS if job.name == name))
        if done is not None and done.error is not None:
            raise done.error
        return done.count if done is not None else None

    def _do(self, job: Job) -> Done | None:
        now, last = self.clock(), self._last(job)
        if (last is not None and last > now - job.every) or not self._take(job, now):
            return None  # most of the time; and then nobody waits for a lock to learn that
        try:
            count = job.work(self.means, Act(actor=ACTOR, now=now, new_id=self.new_id), last)
        except Exception as error:  # noqa: BLE001 - it is told, and tried again when it is due
            self._ended(job, f"failed: {type(error).__name__}")
            return Done(job=job.name, error=error)
        self._ended(job, f"ok, {count} {job.word}")
        return Done(job=job.name, count=count)

    def _last(self, job: Job) -> datetime | None:
        with reading(self.means.sessions) as database:
            return database.scalar(select(JobRun.last_at).where(JobRun.job == job.name))

    def _take(self, job: Job, now: datetime) -> bool:
        """Claim a job for this process, if it is due and nobody else has it."""
        with self.means.sessions.begin() as database:
            step = update(JobRun).where(JobRun.job == job.name, JobRun.last_at <= now - job.every)
            taken = database.execute(step.values(last_at=now, result="running").returning(JobRun.id))
            if taken.scalar_one_or_none() is not None:
                return True
            known = database.scalar(select(JobRun.id).where(JobRun.job == job.name))
        return known is None and self._begin(job, now)

    def _begin(self, job: Job, now: datetime) -> bool:
        """The very first time: whoever makes the row has the job."""
        try:
            with self.means.sessions.begin() as database:
                database.add(JobRun(id=self.new_id(), job=job.name, last_at=now, result="running"))
        except IntegrityError:
            return False
        return True

    def _ended(self, job: Job, result: str) -> None:
        with self.means.sessions.begin() as database:
            database.execute(update(JobRun).where(JobRun.job == job.name).values(result=result))
