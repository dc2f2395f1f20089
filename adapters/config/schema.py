"""Decide which configuration keys exist, what each may hold, and its default.

What a practice may decide about syncing is `sync.settings`'; the practice itself (zone, people, places) is in
the database. Each key is read by code of this version: a key that nothing reads misleads.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from adapters.dav.policy import Policy
from sync.settings import (
    BookingSettings,
    FeesSettings,
    InboundSettings,
    PrivacySettings,
    RemindersSettings,
    RulesSettings,
    Settings,
    SyncSettings,
)

PREFIX = "CALENDULA_"


def _words(value: object) -> object:
    """A list, which the environment writes as words with commas between them."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], BeforeValidator(_words)]


@dataclass(frozen=True, kw_only=True)
class DatabaseSection:
    """Where the practice's data lives; the address may hold a password, so it is never shown."""

    url: str = field(
        default="sqlite:///calendula.sqlite3",
        repr=False,
        metadata={
            "pattern": r"^(sqlite:///|postgresql(\+psycopg)?://).+$",
            "description": "sqlite:///FILE or postgresql://USER@HOST/NAME",
        },
    )


@dataclass(frozen=True, kw_only=True)
class SecretsSection:
    """Where the key is that passwords and tokens are sealed with: outside the database (DESIGN, storage)."""

    key_file: str = field(default="calendula.key", metadata={"min_length": 1, "description": "a file name"})


@dataclass(frozen=True, kw_only=True)
class NetworkSection:
    """Which calendar servers may be spoken to beyond public https ones, and how long (FAILURES G1-G4)."""

    allow_plain_hosts: Names = ()
    allow_private_hosts: Names = ()
    ca_file: str = ""
    connect_s: int = field(default=10, metadata={"ge": 1, "le": 300})
    read_s: int = field(default=60, metadata={"ge": 1, "le": 600})
    total_s: int = field(default=180, metadata={"ge": 1, "le": 3_600})
    write_s: int = field(default=60, metadata={"ge": 1, "le": 3_600})

    def policy(self) -> Policy:
        """The same, as the HTTP client wants it."""
        return Policy(
            plain_hosts=frozenset(host.lower() for host in self.allow_plain_hosts),
            private=tuple(host.lower() for host in self.allow_private_hosts),
            ca_file=self.ca_file or None,
            connect_seconds=self.connect_s,
            read_seconds=self.read_s,
            total_seconds=self.total_s,
            write_seconds=self.write_s,
        )


@dataclass(frozen=True, kw_only=True)
class RolesSection:
    """Who is more than staff: `admins` are names of actors (`--as`), who may unlock notes of others."""

    admins: Names = ()


@dataclass(frozen=True, kw_only=True)
class RetentionSection:
    """How many days things are kept that only tell of the past (FAILURES E26); a daily job lets them go."""

    archive_days: int = field(default=30, metadata={"ge": 0, "le": 90})
    changes_days: int = field(default=365, metadata={"ge": 30, "le": 3_650})
    history_days: int = field(default=1_095, metadata={"ge": 30, "le": 36_500})
    notices_days: int = field(default=90, metadata={"ge": 1, "le": 3_650})
    messages_days: int = field(default=90, metadata={"ge": 7, "le": 3_650})
    runs_days: int = field(default=30, metadata={"ge": 1, "le": 3_650})
    quiet_runs_days: int = field(default=2, metadata={"ge": 1, "le": 3_650})
    tombstones_days: int = field(default=400, metadata={"ge": 90, "le": 3_650})


@dataclass(frozen=True, kw_only=True)
class LogSection:
    """What is written to stderr, and how; `auto` is for people on a terminal and JSON elsewhere."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "console", "json"] = "auto"


@dataclass(frozen=True, kw_only=True)
class MonitorSection:
    """Where `run` says how it is doing, on loopback; 0: nowhere."""

    port: int = field(default=0, metadata={"ge": 0, "le": 65_535})


@dataclass(frozen=True, kw_only=True)
class MailSection:
    """How mail is sent, and whom it is from; `none` where it is not."""

    via: Literal["none", "smtp", "file"] = "none"
    host: str = ""
    port: int = field(default=587, metadata={"ge": 1, "le": 65_535})
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    password_file: str = ""
    ca_file: str = ""
    timeout_s: int = field(default=30, metadata={"ge": 1, "le": 120})
    name: str = ""
    address: str = ""
    reply_to: str = ""
    folder: str = ""


@dataclass(frozen=True, kw_only=True)
class MessagesSection:
    """What messages say, where texts and calls are handed in, and who is told what concerns all."""

    templates: str = ""
    webhook_url: str = field(
        default="", metadata={"pattern": r"^(https?://\S+)?$", "description": "an https:// address"}
    )
    webhook_secret: str = field(default="", repr=False)
    webhook_secret_file: str = ""
    schedulers: Names = ()
    admins: Names = ()
    feedback_url: str = field(
        default="", metadata={"pattern": r"^(https://\S+)?$", "description": "an https:// address, or empty"}
    )


@dataclass(frozen=True, kw_only=True)
class WebSection:
    """Where the HTTP API listens, whether `run` serves it too, and what it bears (FAILURES G16, G26).

    `cors_origins`: pages of other origins that may call it; `trusted_proxies`: whose word counts about who asks.
    """

    host: str = field(
        default="127.0.0.1", metadata={"min_length": 1, "description": "an address or host name"}
    )
    port: int = field(default=8470, metadata={"ge": 1, "le": 65_535})
    in_run: bool = False
    public_url: str = field(
        default="", metadata={"pattern": r"^(https?://[^\s/]+(/[^\s]*)?)?$", "description": "a URL, or empty"}
    )
    cors_origins: Names = ()
    trusted_proxies: Names = ()
    body_kb: int = field(default=256, metadata={"ge": 1, "le": 65_536})
    requests_per_min: int = field(default=600, metadata={"ge": 1, "le": 1_000_000})
    failed_logins: int = field(default=20, metadata={"ge": 1, "le": 10_000})

    @property
    def booking_url(self) -> str:
        """Where clients find the pages for booking; empty where others find nothing of us."""
        return f"{self.public_url.rstrip('/')}/booking" if self.public_url else ""


@dataclass(frozen=True, kw_only=True)
class GoogleClient:
    """How we are known to Google; without a `client_id` of your own, `link add --oauth` is not offered."""

    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    authorize_url: str = "https://accounts.google.com/o/oauth2/v2/auth"
    device_url: str = "https://oauth2.googleapis.com/device/code"
    token_url: str = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address, not a secret
    scope: str = "https://www.googleapis.com/auth/calendar"


@dataclass(frozen=True, kw_only=True)
class OAuthSection:
    """The identity providers that calendars can be linked through without a password."""

    google: GoogleClient = GoogleClient()


class Config(BaseSettings):
    """Everything that can be configured; every key is in config.example.toml with its default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    database: DatabaseSection = DatabaseSection()
    secrets: SecretsSection = SecretsSection()
    network: NetworkSection = NetworkSection()
    log: LogSection = LogSection()
    monitor: MonitorSection = MonitorSection()
    web: WebSection = WebSection()
    privacy: PrivacySettings = PrivacySettings()
    sync: SyncSettings = SyncSettings()
    inbound: InboundSettings = InboundSettings()
    fees: FeesSettings = FeesSettings()
    rules: RulesSettings = RulesSettings()
    booking: BookingSettings = BookingSettings()
    reminders: RemindersSettings = RemindersSettings()
    mail: MailSection = MailSection()
    messages: MessagesSection = MessagesSection()
    roles: RolesSection = RolesSection()
    retention: RetentionSection = RetentionSection()
    oauth: OAuthSection = OAuthSection()

    @property
    def settings(self) -> Settings:
        """What a run is handed."""
        return Settings(
            privacy=self.privacy,
            sync=self.sync,
            inbound=self.inbound,
            rules=self.rules,
            fees=self.fees,
            booking=self.booking,
            reminders=self.reminders,
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - ours reads lists differently
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file; nothing else is read (no .env, no secrets folder)."""
        return _Environment(settings_cls), init_settings


class _Environment(EnvSettingsSource):
    """Takes each variable as the text that it is; a whole section in one variable is not understood."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:  # noqa: ARG002
        return value
