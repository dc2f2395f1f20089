"""The practice and its places: one practice per deployment (DOMAIN 7)."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from model.base import Base, Row


class Practice(Row, Base):
    """The one practice this database belongs to; `tz` is where its all-day dates begin."""

    __tablename__ = "practice"

    name: Mapped[str]
    tz: Mapped[str]
    country: Mapped[str] = mapped_column(default="AU")
    week_start: Mapped[str] = mapped_column(default="MO")


class Region(Row, Base):
    """A part of the country that sites and assets belong to ("West")."""

    __tablename__ = "region"

    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class Site(Row, Base):
    """A service location. `code` is the short form that may leave at level `reference` ("ADL1").

    `pos_code` is its place of service (two digits), `travel_area` its Modified Monash category (1 to 7), `holidays` the
    calendar of its public holidays ("AU-SA").
    """

    __tablename__ = "site"

    ref: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str]
    name: Mapped[str]
    address: Mapped[str] = mapped_column(default="")
    tz: Mapped[str]
    kind: Mapped[str] = mapped_column(default="CLINIC")
    pos_code: Mapped[str | None]
    travel_area: Mapped[int | None]
    holidays: Mapped[str] = mapped_column(default="")
    region_id: Mapped[UUID | None] = mapped_column(ForeignKey("region.id"))


class Room(Row, Base):
    """A room of a site; `capacity` sessions fit in at the same time."""

    __tablename__ = "room"

    ref: Mapped[str] = mapped_column(unique=True)
    site_id: Mapped[UUID] = mapped_column(ForeignKey("site.id"), index=True)
    name: Mapped[str]
    capacity: Mapped[int] = mapped_column(default=1)
