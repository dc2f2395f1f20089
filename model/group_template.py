"""Group templates: a service and who usually gets it, to plan with (001-12)."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from model.base import Base, Row


class GroupTemplate(Row, Base):
    """A named set of a service, its ratio and the clients who usually get it, to plan with (001-12)."""

    __tablename__ = "group_template"

    ref: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    service_id: Mapped[UUID] = mapped_column(ForeignKey("service.id"))
    ratio: Mapped[int]

    clients: Mapped[list["GroupTemplateClient"]] = relationship(lazy="raise", cascade="all, delete-orphan")


class GroupTemplateClient(Row, Base):
    """A client of a group template."""

    __tablename__ = "group_template_client"

    ref: Mapped[str] = mapped_column(unique=True)
    template_id: Mapped[UUID] = mapped_column(ForeignKey("group_template.id"), index=True)
    client_id: Mapped[UUID] = mapped_column(ForeignKey("client.id"))
