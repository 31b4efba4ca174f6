"""What an installation may be told from outside. One frozen object; docs/settings.md explains every field."""

from pathlib import Path
from typing import Annotated, Any, Literal, Self, cast

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config import checks
from config.sources import SECRET, Found, SettingsError, find, variable

CHECKOUT = Path(__file__).resolve().parent.parent

Port = Annotated[int, Field(ge=1, le=65535)]


def _absolute(path: Path) -> Path:
    try:
        return path.expanduser().absolute()
    except RuntimeError:
        raise ValueError(f"{path} begins with ~, and nobody of that name has a home folder here") from None


Folder = Annotated[Path, AfterValidator(_absolute)]
HostPort = Annotated[str, AfterValidator(checks.host_and_port)]
Mailbox = Annotated[str, AfterValidator(checks.mailbox)]
Level = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR"],
    BeforeValidator(lambda text: text.upper() if isinstance(text, str) else text),
]


class _Outside(PydanticBaseSettingsSource):
    """The environment, the secret files and the TOML file, as one pydantic source keyed by field name."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return self().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return {name: found.value for name, found in find(self.settings_cls.model_fields).items()}


class Settings(BaseSettings):
    """Every setting. Read it with `load`, whose errors are for people."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid")

    home: Folder = CHECKOUT / "var"
    actor: str | None = None
    log_level: Level = "INFO"
    log_format: Literal["short", "json"] = "short"
    dispatch_seconds: Annotated[int, Field(ge=1, le=300)] = 5
    heartbeat_url: Annotated[str, AfterValidator(checks.heartbeat)] | None = Field(None, repr=False)

    temporal_address: HostPort | None = None
    temporal_namespace: str = Field("default", min_length=1)
    temporal_tls: bool = False
    temporal_tls_client_cert_path: Path | None = None
    temporal_tls_client_key_path: Path | None = None
    temporal_tls_server_ca_cert_path: Path | None = None
    temporal_tls_server_name: str | None = None
    temporal_api_key: SecretStr | None = None
    payload_keys: SecretStr | None = None

    cases_in_memory: Annotated[int, Field(ge=10, le=100_000)] = 1000
    engine_port: Port = 7233
    engine_ui_port: Port = 8233
    engine_ui_url: Annotated[str, AfterValidator(checks.web)] | None = None
    inbox_smtp_port: Port = 2525
    inbox_web_port: Port = 8025
    console_port: Port = 8000
    site_port: Port = 8090

    metrics_host: Annotated[str, AfterValidator(checks.address)] = "127.0.0.1"
    metrics_port: Port | None = None
    sdk_metrics_port: Port | None = None
    otlp_url: Annotated[str, AfterValidator(checks.collector)] | None = Field(None, repr=False)

    database_url: Annotated[str, AfterValidator(checks.database)] = Field(
        default_factory=lambda given: f"sqlite:///{given['home'] / 'ledger.db'}", repr=False
    )
    smtp_url: Annotated[str, AfterValidator(checks.smtp)] = Field(
        default_factory=lambda given: f"smtp://127.0.0.1:{given['inbox_smtp_port']}", repr=False
    )
    base_url: Annotated[str, AfterValidator(checks.web)] = Field(
        default_factory=lambda given: f"http://127.0.0.1:{given['console_port']}"
    )

    site_url: Annotated[str, AfterValidator(checks.web)] = Field(
        default_factory=lambda given: f"http://127.0.0.1:{given['site_port']}"
    )
    site_seconds: Annotated[int, Field(ge=0, le=86400)] = 20

    console_keys: SecretStr | None = None
    console_idle_minutes: Annotated[int, Field(ge=5, le=720)] = 60
    console_session_hours: Annotated[int, Field(ge=1, le=24)] = 12

    oidc_issuer: Annotated[str, AfterValidator(checks.issuer)] | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_name: str = Field("your work account", min_length=1, max_length=80)
    oidc_person_claim: str | None = None
    sign_in_links: bool = True

    mail_from_name: str = Field("Recommendations follow-up", min_length=1)
    mail_from_address: Mailbox = "followthrough@inspectorate.example"
    mail_reply_to: Mailbox = "recommendations@inspectorate.example"
    mail_domain: Annotated[str, AfterValidator(checks.domain)] = "inspectorate.example"
    mail_sink: Mailbox = "sink@inspectorate.example"
    mail_late_days: Annotated[int, Field(ge=1, le=60)] = 2
    mail_late_per_minute: Annotated[int, Field(ge=1, le=6000)] = 60
    marking: str = Field("OFFICIAL", min_length=1)

    retention_years: Annotated[int, Field(ge=1, le=100)] = 7

    upload_megabytes: Annotated[int, Field(ge=1, le=100)] = 20
    upload_days: Annotated[int, Field(ge=1, le=365)] = 14
    clamd_address: Annotated[str, AfterValidator(checks.clamd)] | None = None
    open_unscanned: bool = Field(default_factory=lambda given: given.get("clamd_address") is None)

    @property
    def embedded_engine(self) -> bool:
        """Whether we start Temporal ourselves: nobody named a server."""
        return self.temporal_address is None

    @property
    def embedded_inbox(self) -> bool:
        """Whether mail goes to the inbox we start ourselves: nobody named a relay."""
        return "smtp_url" not in self.model_fields_set

    @property
    def site(self) -> Path:
        """The folder in which the public site is built."""
        return self.home / "site"

    @property
    def engine_pages(self) -> str | None:
        """Temporal's own pages: those that were named, those of the embedded engine, or none that we know of."""
        ours = f"http://127.0.0.1:{self.engine_ui_port}" if self.embedded_engine else None
        return self.engine_ui_url or ours

    @property
    def engine_address(self) -> str:
        """The Temporal server to connect to, named or our own."""
        return self.temporal_address or f"127.0.0.1:{self.engine_port}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, _Outside(settings_cls)

    @model_validator(mode="after")
    def _tls_is_whole(self) -> Self:
        if bool(self.temporal_tls_client_cert_path) != bool(self.temporal_tls_client_key_path):
            both = "TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH"
            raise ValueError(f"{both} go together: set both, or neither")
        if self.temporal_api_key and not self.temporal_tls:
            raise ValueError("TEMPORAL_API_KEY would cross the network in clear: set TEMPORAL_TLS=true too")
        return self

    @model_validator(mode="after")
    def _there_is_a_way_in(self) -> Self:
        if bool(self.oidc_issuer) != bool(self.oidc_client_id):
            both = "FOLLOWTHROUGH_OIDC_ISSUER and FOLLOWTHROUGH_OIDC_CLIENT_ID"
            raise ValueError(f"{both} go together: set both, or neither")
        if not self.sign_in_links and not self.oidc_issuer:
            raise ValueError(
                "FOLLOWTHROUGH_SIGN_IN_LINKS is false, and without FOLLOWTHROUGH_OIDC_ISSUER nobody could sign in"
            )
        return self

    @model_validator(mode="after")
    def _ports_differ(self) -> Self:
        seen: dict[int, str] = {}
        for field in (name for name in type(self).model_fields if name.endswith("_port")):
            port = cast(int | None, getattr(self, field))
            if port is None:
                continue
            if port in seen:
                two = f"{variable(seen[port])} and {variable(field)}"
                raise ValueError(f"{two} are both {port}: give each a port of its own")
            seen[port] = field
        return self


def load(**given: object) -> Settings:
    """The settings in force; what is given by name wins. Raises SettingsError, one line per fault."""
    try:
        return Settings(**cast(dict[str, Any], given))
    except ValidationError as error:
        found = find(Settings.model_fields) | {
            name: Found(value, "given by the program") for name, value in given.items()
        }
        real = (fault for fault in error.errors() if fault["type"] != "default_factory_not_called")
        raise SettingsError("\n".join(_fault(fault, found) for fault in real)) from None


def _fault(fault: ErrorDetails, found: dict[str, Found]) -> str:
    reason = fault["msg"].removeprefix("Value error, ")
    if not fault["loc"]:
        return f"{reason}."
    field = str(fault["loc"][0])
    if field not in Settings.model_fields:
        return f"no setting is called {field!r}. docs/settings.md lists them all."
    written = "that" if field in SECRET else repr(found[field].value)
    name = f"{variable(field)} ({found[field].where})"
    return f"{name} cannot be {written}: {reason}. docs/settings.md explains it."
