"""What of the diary's views is said more exactly to those who make a client of OpenAPI: no member is just anything."""

from dataclasses import asdict, dataclass
from typing import TypeAlias

from pydantic import TypeAdapter

from adapters.diary.delivered import DeliveredView, TravelView
from adapters.diary.history import Happened
from adapters.diary.reminding import FeedbackView, ReminderView
from adapters.diary.views import SessionDetail
from adapters.diary.waiting import ChangeView

# Not any tree: programs that make clients of OpenAPI stumble over a schema that holds itself.
Fact: TypeAlias = str | int | float | bool | None
Facts: TypeAlias = dict[str, Fact | list[Fact] | dict[str, Fact]]


@dataclass(frozen=True, kw_only=True)
class SessionShown(SessionDetail):
    """One session with its rule, its locks, its cancellations, what came of it, and where its money stands."""

    reminders: tuple[ReminderView, ...]  # type: ignore[assignment]  # the view holds the same as maps
    feedback: tuple[FeedbackView, ...]  # type: ignore[assignment]
    delivered: tuple[DeliveredView, ...]  # type: ignore[assignment]
    travel: tuple[TravelView, ...]  # type: ignore[assignment]


@dataclass(frozen=True, kw_only=True)
class ChangeShown(ChangeView):
    """One change; `before`, `after` and `kept` are named by what of the event it is."""

    before: Facts
    after: Facts
    kept: Facts


@dataclass(frozen=True, kw_only=True)
class HappenedShown(Happened):
    """One line of history; what `detail` names depends on the action: ids, codes, counts and times."""

    detail: Facts


_SESSION, _CHANGE, _HAPPENED = TypeAdapter(SessionShown), TypeAdapter(ChangeShown), TypeAdapter(HappenedShown)


def session_shown(view: SessionDetail) -> SessionShown:
    return _SESSION.validate_python(asdict(view))


def change_shown(view: ChangeView) -> ChangeShown:
    return _CHANGE.validate_python(asdict(view))


def happened_shown(view: Happened) -> HappenedShown:
    return _HAPPENED.validate_python(asdict(view))
