"""Make the practice up: 30 workers, 200 clients, 6 sites in two time zones, 12 weeks; by its seed, always the same."""

from datetime import date, timedelta
from random import Random

from adapters.sample.care import make_roster, make_stays
from adapters.sample.draft import Draft
from adapters.sample.past import make_past
from adapters.sample.people import make_agreements, make_places, make_services, make_team
from adapters.sample.sessions import make_sessions
from adapters.sample.words import CLINICS


def generate(seed: int, day: date, today: date) -> Draft:
    """All tables; the first week is that of `day`, and what is over by `today` has happened."""
    draft = Draft(monday=day - timedelta(days=day.weekday()), dice=Random(seed))  # noqa: S311 - no secrets
    make_places(draft)
    make_services(draft)
    for number, clinic in enumerate(CLINICS):
        team = make_team(draft, clinic, number)
        make_sessions(draft, team)
        make_roster(draft, team)
    make_stays(draft)
    make_agreements(draft)
    make_past(draft, seed, today)
    return draft
