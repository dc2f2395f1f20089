"""What the therapists of one clinic do: weekly and fortnightly series, groups, single sessions, calls, meetings."""

from collections.abc import Sequence
from itertools import pairwise

from adapters.sample.book import Slot
from adapters.sample.draft import WEEKS, Draft, Planned, clock
from adapters.sample.people import Team
from adapters.sample.words import CLINIC, GROUP, MATERIALS, MATERIALS_CENTS, REMOTE, THERAPIES
from model.moment import WEEKDAYS

_WEEKLY, _FORTNIGHTLY = 18, 4
_STARTS = tuple(60 * hour for hour in (9, 10, 11, 13, 14, 15))
_LENGTHS = (45, 50, 60)
_EVERY = tuple(range(WEEKS))
_IN_GROUP, _RATIO = 4, 4


def make_sessions(draft: Draft, team: Team) -> None:
    """The regular ones first: single sessions take what is left."""
    _meeting(draft, team)
    _group(draft, team)
    for number, worker in enumerate(team.therapists):
        left = [(day, start) for day in range(5) for start in _STARTS]
        draft.dice.shuffle(left)
        left = _regular(draft, team, number, [_EVERY], left, _WEEKLY)
        left = _regular(draft, team, number, [_EVERY[::2], _EVERY[1::2]], left, _FORTNIGHTLY)
        _single(draft, team, number, left)
        _calls(draft, team, worker)
    _on_saturday(draft, team)


# --- what repeats ---------------------------------------------------------------------------------------------


def _regular(
    draft: Draft,
    team: Team,
    number: int,
    rhythms: Sequence[tuple[int, ...]],
    left: list[tuple[int, int]],
    count: int,
) -> list[tuple[int, int]]:
    """Give so many weekly times to clients, one for each rhythm; the times that are left over."""
    worker = team.therapists[number]
    rest = []
    for day, start in left:
        end = start + draft.dice.choice(_LENGTHS)
        slots = [_without_leave(team, worker, weeks, day, start, end) for weeks in rhythms]
        if count and all(draft.book.is_free(worker, slot) for slot in slots):
            count -= sum(_series(draft, team, number, slot) for slot in slots) == len(slots)
        else:
            rest.append((day, start))
    return rest


def _without_leave(team: Team, worker: str, weeks: Sequence[int], day: int, start: int, end: int) -> Slot:
    kept = tuple(week for week in weeks if week != team.away.get(worker))
    return Slot(weeks=kept, weekday=day, start=start, end=end)


def _series(draft: Draft, team: Team, number: int, slot: Slot) -> bool:
    """A client in the therapist's own room, in one go or before and after their leave; whether there was one."""
    worker, room = team.therapists[number], f"{team.clinic.ref}-{number + 1}"
    client = _free_client(draft, team, slot)
    if client is None:
        return False
    draft.book.take([worker, client, room], slot)
    remote = draft.some(8)
    place = {"location_type": "TELEHEALTH", "url": "https://video.example/room"} if remote else {"room": room}
    for weeks in _runs(slot.weeks):
        part = Slot(weeks=weeks, weekday=slot.weekday, start=slot.start, end=slot.end)
        session = draft.add(
            "session", start=draft.start(part), minutes=part.end - part.start, rule=_rule(part), workers=[worker],
            clients=[client], tz=team.clinic.tz, rostered=True, session_type=REMOTE if remote else CLINIC, **place,
        )  # fmt: skip
        _plan(draft, team, session, part, THERAPIES[number], [worker], [client])
    return True


def _runs(weeks: Sequence[int]) -> list[tuple[int, ...]]:
    """Weeks in the parts that have one rhythm."""
    step = min((b - a for a, b in pairwise(weeks)), default=1)
    runs: list[list[int]] = [[weeks[0]]]
    for week in weeks[1:]:
        if week - runs[-1][-1] == step:
            runs[-1].append(week)
        else:
            runs.append([week])
    return [tuple(run) for run in runs]


def _rule(slot: Slot) -> str | None:
    if len(slot.weeks) < 2:
        return None
    step = slot.weeks[1] - slot.weeks[0]
    every = f";INTERVAL={step}" if step > 1 else ""
    return f"FREQ=WEEKLY{every};BYDAY={WEEKDAYS[slot.weekday]};COUNT={len(slot.weeks)}"


def _group(draft: Draft, team: Team) -> None:
    """Two therapists, four clients, the hall and the minibus: each clinic on a day of its own, as they share them."""
    slot = Slot(weeks=_EVERY, weekday=team.number, start=14 * 60, end=15 * 60 + 30)
    leaders, members = team.therapists[:2], draft.dice.sample(team.clients, _IN_GROUP)
    draft.book.take([*leaders, *members, f"{team.clinic.ref}-hall", f"minibus-{team.clinic.area}"], slot)
    template = draft.add(
        "group_template", id=f"{team.clinic.ref}-skills", name="Skills", service=GROUP, ratio=_RATIO
    )
    for client in members:
        draft.add("group_template_client", template=template, client=client)
        draft.uses[client][GROUP] = None
    session = draft.add(
        "session", start=draft.start(slot), end=clock(slot.end), rule=_rule(slot), work_type="GROUP", rostered=True,
        workers=leaders, clients=members, location_type="CLIENT_ADDRESS", tz=team.clinic.tz,
        region=team.clinic.area, assets=[f"minibus-{team.clinic.area}", "tablet:2"], subject="Skills",
    )  # fmt: skip
    draft.add("planned_service", session=session, template=template)
    draft.planned.append(
        Planned(session=session, slot=slot, workers=leaders, clients=members, could=team.therapists)
    )
    draft.add(
        "worker_time",
        session=session,
        day=draft.day(slot.days[1]),
        worker=leaders[1],
        start=clock(slot.start + 30),
    )


def _meeting(draft: Draft, team: Team) -> None:
    slot = Slot(weeks=_EVERY, weekday=0, start=8 * 60 + 30, end=9 * 60)
    draft.add(
        "session", kind="OTHER_EVENT", start=draft.start(slot), minutes=30, rule=_rule(slot), subject="Team meeting",
        workers=team.therapists, tz=team.clinic.tz, rostered=True,
    )  # fmt: skip


# --- what happens once ----------------------------------------------------------------------------------------


def _single(draft: Draft, team: Team, number: int, left: Sequence[tuple[int, int]]) -> None:
    """Of the times that are left most are taken each week, by somebody else; of the later weeks some are drafts."""
    worker, room = team.therapists[number], f"{team.clinic.ref}-{number + 1}"
    for week in _EVERY:
        for day, start in left:
            slot = Slot(weeks=(week,), weekday=day, start=start, end=start + 50)
            free = draft.some(60) and draft.book.is_free(worker, slot)
            client = _free_client(draft, team, slot) if free else None
            if client is not None:
                draft.book.take([worker, client, room], slot)
                session = draft.add(
                    "session", start=draft.start(slot), minutes=50, workers=[worker], clients=[client], room=room,
                    rostered=week < WEEKS - 2 or draft.some(50),
                )  # fmt: skip
                if week < WEEKS - 2:
                    _plan(draft, team, session, slot, THERAPIES[number], [worker], [client])
                else:
                    _want(draft, session, THERAPIES[number], [client])
                if draft.some(5):
                    draft.add(
                        "ad_hoc_service", session=session, service=MATERIALS, method="FIXED_QUANTITY", quantity="1",
                        rate_cents=MATERIALS_CENTS, claim_type="standard",
                    )  # fmt: skip


def _calls(draft: Draft, team: Team, worker: str) -> None:
    """A call a fortnight, over lunch: with a client, or with somebody about them."""
    for week in _EVERY[::2]:
        slot = Slot(weeks=(week,), weekday=draft.dice.randrange(5), start=12 * 60 + 15, end=12 * 60 + 30)
        client = _free_client(draft, team, slot)
        if client is None or not draft.book.is_free(worker, slot):
            continue
        draft.book.take([worker, client], slot)
        about = draft.some(50)
        draft.add(
            "session", kind="COLLATERAL_CONTACT" if about else "CLIENT_CONTACT", start=draft.start(slot), minutes=15,
            workers=[worker], clients=[client], medium="PHONE", contact_with="PARENT_GUARDIAN" if about else None,
            location_type="WORKER_OFFICE", tz=team.clinic.tz, rostered=True,
        )  # fmt: skip


def _on_saturday(draft: Draft, team: Team) -> None:
    """Once, in hours that were offered beyond the usual ones: a shift, and a session in it."""
    slot = Slot(weeks=(0,), weekday=5, start=10 * 60, end=11 * 60)
    worker, client = team.therapists[3], team.clients[0]
    draft.book.take([worker, client], slot)
    shift = draft.add(
        "session", kind="SHIFT", start=f"{draft.day(slot.weekday)} 09:00", end="12:00", workers=[worker],
        tz=team.clinic.tz, subject="Saturday clinic", rostered=True,
    )  # fmt: skip
    session = draft.add(
        "session", start=draft.start(slot), minutes=60, workers=[worker], clients=[client], site=team.clinic.ref,
        rostered=True,
    )  # fmt: skip
    draft.add("in_shift", session=session, shift=shift)
    _plan(draft, team, session, slot, THERAPIES[3], [worker], [client])


def _plan(
    draft: Draft,
    team: Team,
    session: str,
    slot: Slot,
    service: str,
    workers: Sequence[str],
    clients: Sequence[str],
) -> None:
    """What is rostered is going to take place."""
    _want(draft, session, service, clients)
    made = Planned(session=session, slot=slot, workers=workers, clients=clients, could=team.therapists)
    draft.planned.append(made)


def _want(draft: Draft, session: str, service: str, clients: Sequence[str]) -> None:
    draft.add("planned_service", session=session, service=service)
    for client in clients:
        draft.uses[client][service] = None


def _free_client(draft: Draft, team: Team, slot: Slot) -> str | None:
    """A client of the clinic who has time then; looked for from anywhere in the list on."""
    at = draft.dice.randrange(len(team.clients))
    return next((c for c in team.clients[at:] + team.clients[:at] if draft.book.is_free(c, slot)), None)
