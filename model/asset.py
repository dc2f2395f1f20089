"""Assets: what a practice has so many of and takes along to sessions, like a minibus or a shower chair (001-09)."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from model.base import Base, Row
from model.errors import DomainError

MOST = 1000  # of one asset in one session: more is a slip of the finger


class Asset(Row, Base):
    """A kind of thing of which there are `quantity`; without a region it may be used anywhere."""

    __tablename__ = "asset"

    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    region_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.id"))
    quantity: Mapped[int] = mapped_column(default=1)


@dataclass(frozen=True, kw_only=True)
class Need:
    """How many of an asset a session takes."""

    asset: Asset
    qty: int = 1


def check_needs(needs: Iterable[Need], region_id: UUID | None) -> None:
    """Refuse what is asked for twice or not at all, and assets of another region than the session's (E_ASSET_REGION).

    A session of no region may use the assets of all.
    """
    seen: set[UUID] = set()
    for need in needs:
        if not 1 <= need.qty <= MOST or need.asset.id in seen:
            raise DomainError(
                "E_ASSET_QUANTITY", f'Name the asset "{need.asset.ref}" once, with a number from 1 to {MOST}'
            )
        seen.add(need.asset.id)
        if region_id and need.asset.region_id and need.asset.region_id != region_id:
            raise DomainError(
                "E_ASSET_REGION",
                f'The asset "{need.asset.ref}" belongs to another region; choose one of this region',
            )


def needs_after(needs: Iterable[Need], add: Iterable[Need], gone: Container[UUID]) -> list[Need]:
    """What is taken along once some are left and others come; one that is there already is taken in its new number."""
    added = list(add)
    if any(one.asset.id in gone for one in added) or len({one.asset.id for one in added}) < len(added):
        raise DomainError("E_ASSET_QUANTITY", "Name each asset once: either it comes along or it is left")
    wanted = {one.asset.id: one for one in needs if one.asset.id not in gone}
    return list((wanted | {one.asset.id: one for one in added}).values())
