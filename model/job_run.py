"""What became of the jobs of the practice (DOMAIN 5)."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from model.base import Base, Row


class JobRun(Row, Base):
    """When a job of the practice last ran, and how (`status`)."""

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(unique=True)
    last_at: Mapped[datetime]
    result: Mapped[str]
