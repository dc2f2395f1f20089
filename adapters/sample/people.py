"""The places of the made-up practice, its workers with their hours and leave, its clients, and what it delivers."""

from dataclasses import dataclass
from datetime import timedelta

from adapters.sample.book import Slot
from adapters.sample.draft import Draft
from adapters.sample.words import (
    APPOINTMENT_TYPES,
    AREAS,
    CLINICS,
    GROUP,
    HOUSE,
    MATERIALS,
    MATERIALS_CENTS,
    NIGHT,
    RATES,
    REASONS,
    SESSION_TYPES,
    THERAPIES,
    Clinic,
)  # fmt: skip

ROOMS = 4
CLIENTS = 40
CONTRACTED = 2400  # minutes of a support worker's week
_SATURDAY, _ALL_DAY = 5, 24 * 60


@dataclass(frozen=True, kw_only=True)
class Team:
    """Everybody of one clinic: four therapists, two support workers, forty clients."""

    clinic: Clinic
    number: int
    therapists: list[str]
    supporters: list[str]
    clients: list[str]
    away: dict[str, int]  # the week in which a therapist is on leave


def make_places(draft: Draft) -> None:
    for area in AREAS:
        draft.add("region", id=area, name=area.title())
        draft.add("asset", id=f"minibus-{area}", name=f"Minibus {area}", region=area, quantity=1)
        draft.add("asset", id=f"wheelchair-{area}", name=f"Wheelchair {area}", region=area, quantity=2)
    draft.add("asset", id="tablet", name="Tablet", quantity=10)
    for clinic in CLINICS:
        draft.add(
            "site", id=clinic.ref, name=clinic.name, code=clinic.code, tz=clinic.tz, kind="CLINIC", pos_code="11",
            address=f"1 {clinic.name.split()[0]} Parade", travel_area=1, holidays=clinic.holidays, region=clinic.area,
        )  # fmt: skip
        for number in range(1, ROOMS + 1):
            draft.add("room", id=f"{clinic.ref}-{number}", name=f"Room {number}", site=clinic.ref, capacity=1)
        draft.add("room", id=f"{clinic.ref}-hall", name="Hall", site=clinic.ref, capacity=1)
    draft.add(
        "site", id=HOUSE, name="Respite house", code="RES1", tz=CLINICS[0].tz, kind="ACCOMMODATION",
        address="2 Harbour Parade", travel_area=1, holidays="AU-SA", region="coast",
    )  # fmt: skip


def make_services(draft: Draft) -> None:
    for number, (ref, cents) in enumerate(RATES.items(), 1):
        unit = "NIGHT" if ref == NIGHT else "HOUR"
        therapy = ref in THERAPIES
        rule = "TWO_CLEAR_BUSINESS_DAYS" if therapy else "SEVEN_DAYS"
        draft.add(
            "service", id=ref, name=ref.replace("-", " ").capitalize(), code=f"99_{number:03}_0000_1_1", unit=unit,
            rate_cents=cents, ndis=True, cancel_rule=rule, allow_travel=ref != NIGHT, therapy=therapy,
        )  # fmt: skip
    draft.add(
        "service", id=MATERIALS, name="Materials", code="MATERIALS", unit="EACH", rate_cents=MATERIALS_CENTS
    )
    draft.add(
        "travel_rate", id="usual", since=draft.monday - timedelta(days=90), km_cents=99, bus_km_cents=276
    )
    for session_type in SESSION_TYPES:
        draft.add("session_type", **session_type)
    for appointment_type in APPOINTMENT_TYPES:
        draft.add("appointment_type", **appointment_type)
    for reason in REASONS:
        draft.add("reason", **reason)


def make_team(draft: Draft, clinic: Clinic, number: int) -> Team:
    therapists = [_worker(draft, clinic, f"{clinic.ref}-{kind}") for kind in THERAPIES]
    supporters = [_worker(draft, clinic, f"{clinic.ref}-support-{n}", minutes=CONTRACTED) for n in (1, 2)]
    for at, worker in enumerate(therapists):
        hours = "MO-FR 08:00-17:00" if at % 2 else "MO-FR 08:30-17:30"
        draft.add("availability", worker=worker, hours=hours, start_date=draft.monday)
        draft.add(
            "reserved_slot", worker=worker, start=f"{draft.monday} 13:00", end="17:00", rule="FREQ=WEEKLY",
            types=["first-call", "visit"], site=clinic.ref,
        )  # fmt: skip
    for worker in supporters:
        draft.add(
            "availability", worker=worker, hours="MO-FR 07:00-19:00, SA 09:00-13:00", start_date=draft.monday
        )
    clients = [_client(draft, clinic, 40 * number + n) for n in range(CLIENTS)]
    away = {worker: 2 + (3 * number + 4 * at) % 9 for at, worker in enumerate(therapists[2:])}
    for worker, week in away.items():
        _leave(draft, worker, week)
    _saturday(draft, therapists[3])
    draft.add("blocklist", worker=supporters[0], client=clients[-1])
    return Team(
        clinic=clinic, number=number, therapists=therapists, supporters=supporters, clients=clients, away=away
    )


def _worker(draft: Draft, clinic: Clinic, ref: str, *, minutes: int = 2280) -> str:
    return draft.add(
        "worker", id=ref, name=draft.name(), tz=clinic.tz, email=f"{ref}@practice.example", contracted_min=minutes,
        start_date=draft.monday - timedelta(days=400), sites=[clinic.ref],
    )  # fmt: skip


def _client(draft: Draft, clinic: Clinic, number: int) -> str:
    """One in five may come to any clinic, and as many of the others to the respite house as well."""
    born = draft.monday - timedelta(days=365 * (6 + number % 70) + number)
    return draft.add(
        "client", id=f"client-{number + 1}", name=draft.name(), internal_id=f"P-{2001 + number}", dob=born,
        gender=("FEMALE", "MALE", "X")[number % 3 if number % 10 else 2], address=f"{number + 3} Sample Street",
        phone=f"+61 8 5550 {number:04}", email=f"client-{number + 1}@mail.example",
        sites=None if draft.some(20) else [clinic.ref, HOUSE] if number % 5 == 0 else [clinic.ref],
    )  # fmt: skip


def _leave(draft: Draft, worker: str, week: int) -> None:
    """A week away, approved; and one that was only asked for."""
    first, last = draft.day(7 * week), draft.day(7 * week + 6)
    draft.add("leave", worker=worker, start=str(first), end=str(last), type="ANNUAL", approved=True)
    later = str(draft.day(7 * 11 + 4))
    draft.add("leave", worker=worker, start=later, end=later, type="TRAINING", approved=False)
    for day in range(7):
        draft.book.take([worker], Slot(weeks=(week,), weekday=day, start=0, end=_ALL_DAY))


def _saturday(draft: Draft, worker: str) -> None:
    day = draft.day(_SATURDAY)
    draft.add("ad_hoc_availability", worker=worker, start=f"{day} 09:00", end="12:00")


def make_agreements(draft: Draft) -> None:
    """With every client about everything they get, at the usual rates."""
    for client, services in draft.uses.items():
        agreement = draft.add(
            "agreement", client=client, start_date=draft.monday - timedelta(days=60),
            end_date=draft.monday + timedelta(days=400) if draft.some(70) else None, approved=True,
        )  # fmt: skip
        for service in services:
            draft.add(
                "agreement_item", agreement=agreement, service=service, rate_cents=RATES[service],
                allow_travel=service != NIGHT, cancellation_agreed=service != GROUP,
            )  # fmt: skip
