"""What a session may take along (001-09), who may come to a site (001-10), and what a waiver needs."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from uuid import UUID

import pytest

from model.act import Act
from model.asset import Asset, Need, check_needs
from model.errors import DomainError
from model.people import check_site_clients
from model.waiver import waiver

WEST, EAST, SITE, OTHER = (UUID(int=n) for n in range(1, 5))
ACT = Act(actor="ada", now=datetime(2026, 3, 1, tzinfo=UTC), new_id=lambda: UUID(int=99))


@contextmanager
def refusing(code: str) -> Iterator[None]:
    with pytest.raises(DomainError) as refused:
        yield
    assert refused.value.code == code


def asset(region: UUID | None, number: int = 9) -> Asset:
    return Asset(id=UUID(int=number), ref=f"a{number}", name="Minibus", region_id=region)


@pytest.mark.parametrize(
    ("of", "here", "refused"),
    [(WEST, WEST, False), (WEST, EAST, True), (WEST, None, False), (None, EAST, False), (None, None, False)],
)
def test_e_asset_region_only_assets_of_the_sessions_region(
    of: UUID | None, here: UUID | None, refused: bool
) -> None:
    with refusing("E_ASSET_REGION") if refused else nullcontext():
        check_needs([Need(asset=asset(of))], here)


@pytest.mark.parametrize("needs", [[0], [1001], [1, 1]])
def test_e_asset_quantity_each_asset_once_and_at_least_one(needs: list[int]) -> None:
    with pytest.raises(DomainError) as refused:
        check_needs([Need(asset=asset(None), qty=qty) for qty in needs], None)
    assert refused.value.code == "E_ASSET_QUANTITY"
    check_needs([Need(asset=asset(None), qty=1000), Need(asset=asset(None, 10))], None)


@pytest.mark.parametrize(
    ("linked", "here", "refused"),
    [
        ({SITE}, SITE, False),
        ({OTHER}, SITE, True),
        (set(), SITE, False),
        ({OTHER}, None, False),
        ({OTHER, SITE}, SITE, False),
        ({OTHER, UUID(int=77)}, SITE, True),
    ],
)
def test_e_not_site_client_only_clients_of_the_site_or_of_none(
    linked: set[UUID], here: UUID | None, refused: bool
) -> None:
    with refusing("E_NOT_SITE_CLIENT") if refused else nullcontext():
        check_site_clients([set(), linked], here)


@pytest.mark.parametrize("note", ["", "  ", "x" * 2001])
def test_e_note_a_waiver_says_why(note: str) -> None:
    with pytest.raises(DomainError) as refused:
        waiver(ACT, code="E_ASSET_CONFLICT", note=note)
    assert refused.value.code == "E_NOTE"
    assert waiver(ACT, code="E_ASSET_CONFLICT", note="Two fit in").given_by == "ada"
