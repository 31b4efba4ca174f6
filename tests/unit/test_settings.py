"""Settings: where they come from, which wins, and what a wrong one says."""

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.origins import MASK, Origin, mask, settings_origin
from config.settings import Settings, load
from config.sources import SECRET, Found, SettingsError, find, variable


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch):
    for name in list(os.environ):
        if name.startswith(("FOLLOWTHROUGH_", "TEMPORAL_", "DATABASE_URL", "SMTP_URL", "CLAMD_")):
            monkeypatch.delenv(name)


def origin(name: str) -> Origin:
    return next(each for each in settings_origin() if each.variable == name)


def test_with_nothing_set_all_is_on_this_machine():
    settings = load()
    assert settings.embedded_engine
    assert settings.embedded_inbox
    assert settings.engine_address == "127.0.0.1:7233"
    assert settings.smtp_url == "smtp://127.0.0.1:2525"
    assert settings.home == Path(__file__).parents[2] / "var"
    assert settings.database_url == f"sqlite:///{settings.home}/ledger.db"


def test_what_depends_on_another_setting_follows_it(tmp_path):
    settings = load(home=tmp_path, inbox_smtp_port=12525, console_port=18000, engine_port=17233)
    assert settings.database_url == f"sqlite:///{tmp_path}/ledger.db"
    assert settings.smtp_url == "smtp://127.0.0.1:12525"
    assert settings.base_url == "http://127.0.0.1:18000"
    assert settings.engine_address == "127.0.0.1:17233"


def test_what_was_not_scanned_may_be_opened_only_where_nothing_scans():
    assert load().open_unscanned
    assert not load(clamd_address="/run/clamav/clamd.ctl").open_unscanned
    assert load(clamd_address="127.0.0.1:3310", open_unscanned=True).open_unscanned


def test_settings_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        load().marking = "SECRET"  # type: ignore[misc]


def test_a_named_server_and_relay_are_used(monkeypatch):
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example:7233")
    monkeypatch.setenv("SMTP_URL", "smtp+starttls://relay.example:587")
    settings = load()
    assert not settings.embedded_engine
    assert not settings.embedded_inbox
    assert settings.engine_address == "temporal.example:7233"


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(monkeypatch, tmp_path):
    file = tmp_path / "ours.toml"
    file.write_text('marking = "FROM FILE"\nengine_port = 17233\nengine_ui_port = 18233\n')
    monkeypatch.setenv("FOLLOWTHROUGH_CONFIG", str(file))
    monkeypatch.setenv("FOLLOWTHROUGH_ENGINE_PORT", "27233")
    monkeypatch.setenv("FOLLOWTHROUGH_ENGINE_UI_PORT", "28233")
    settings = load(engine_ui_port=38233)
    assert (settings.marking, settings.engine_port, settings.engine_ui_port) == ("FROM FILE", 27233, 38233)
    origins = {each.variable: each.where for each in settings_origin(engine_ui_port=38233)}
    assert origins["FOLLOWTHROUGH_MARKING"] == f"file {file}, named by FOLLOWTHROUGH_CONFIG"
    assert origins["FOLLOWTHROUGH_ENGINE_PORT"] == "environment variable FOLLOWTHROUGH_ENGINE_PORT"
    assert origins["FOLLOWTHROUGH_ENGINE_UI_PORT"] == "command line"
    assert origins["FOLLOWTHROUGH_HOME"] == "default"


def test_an_empty_variable_counts_as_unset(monkeypatch):
    monkeypatch.setenv("FOLLOWTHROUGH_MARKING", "")
    assert load().marking == "OFFICIAL"


def test_a_secret_can_be_in_a_file(monkeypatch, tmp_path):
    secret = tmp_path / "key"
    secret.write_text("open sesame\n")
    monkeypatch.setenv("TEMPORAL_API_KEY_FILE", str(secret))
    monkeypatch.setenv("TEMPORAL_TLS", "true")
    settings = load()
    assert settings.temporal_api_key is not None
    assert settings.temporal_api_key.get_secret_value() == "open sesame"
    assert origin("TEMPORAL_API_KEY") == Origin(
        "TEMPORAL_API_KEY", MASK, f"file {secret}, named by TEMPORAL_API_KEY_FILE"
    )


@pytest.mark.parametrize("field", sorted(SECRET))
def test_every_secret_can_be_in_a_file(field, monkeypatch, tmp_path):
    file = tmp_path / "secret"
    file.write_text("smtp://relay.example\n")
    monkeypatch.setenv(f"{variable(field)}_FILE", str(file))
    assert find([field])[field] == Found(
        "smtp://relay.example", f"file {file}, named by {variable(field)}_FILE"
    )


def test_what_is_no_secret_is_read_from_no_file(monkeypatch):
    monkeypatch.setenv("FOLLOWTHROUGH_MARKING_FILE", "x")
    with pytest.raises(SettingsError, match="no setting is called FOLLOWTHROUGH_MARKING_FILE"):
        load()


def test_no_secret_shows(monkeypatch):
    monkeypatch.setenv("TEMPORAL_API_KEY", "hunter2")
    monkeypatch.setenv("TEMPORAL_TLS", "true")
    monkeypatch.setenv("DATABASE_URL", "postgres://us:hunter2@db.example/ft")
    monkeypatch.setenv("SMTP_URL", "smtps://us:hunter2@relay.example:465")
    assert "hunter2" not in repr(load())
    assert "hunter2" not in repr(settings_origin())
    assert origin("DATABASE_URL").value == "postgresql+psycopg://us:********@db.example/ft"


def test_masking_leaves_an_address_without_a_password_alone():
    assert mask("sqlite:////somewhere/ledger.db") == "sqlite:////somewhere/ledger.db"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TEMPORAL_ADDRESS", "temporal.example", "write it as host:port, such as temporal.example:7233"),
        ("TEMPORAL_ADDRESS", "temporal.example:99999", "write it as host:port"),
        ("FOLLOWTHROUGH_ENGINE_PORT", "0", "greater than or equal to 1"),
        ("FOLLOWTHROUGH_ENGINE_PORT", "many", "valid integer"),
        ("FOLLOWTHROUGH_INBOX_SMTP_PORT", "many", "valid integer"),
        ("FOLLOWTHROUGH_DISPATCH_SECONDS", "0", "greater than or equal to 1"),
        ("FOLLOWTHROUGH_LOG_LEVEL", "loud", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
        ("FOLLOWTHROUGH_MAIL_REPLY_TO", "somebody", "write one mailbox"),
        ("FOLLOWTHROUGH_MAIL_DOMAIN", "a b", "write a domain name"),
        ("FOLLOWTHROUGH_BASE_URL", "followthrough.example", "write the address people open"),
        ("FOLLOWTHROUGH_BASE_URL", "https://followthrough.example:port", "write the address people open"),
        ("TEMPORAL_TLS", "perhaps", "valid boolean"),
        ("FOLLOWTHROUGH_UPLOAD_MEGABYTES", "0", "greater than or equal to 1"),
        (
            "CLAMD_ADDRESS",
            "clamd.example",
            "write a socket's path, such as /run/clamav/clamd.ctl, or host:port",
        ),
    ],
)
def test_a_wrong_value_names_the_variable_the_value_and_the_way_out(monkeypatch, name, value, said):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load()
    [line] = str(refused.value).splitlines()
    assert line.startswith(f"{name} (environment variable {name}) cannot be {value!r}: ")
    assert said in line
    assert line.endswith("docs/settings.md explains it.")


@pytest.mark.parametrize("name", ["DATABASE_URL", "SMTP_URL"])
def test_a_wrong_secret_is_refused_but_not_repeated(monkeypatch, name):
    monkeypatch.setenv(name, "mysql://us:hunter2@db.example/ft")
    with pytest.raises(SettingsError, match=f"^{name} .* cannot be that: write ") as refused:
        load()
    assert "hunter2" not in str(refused.value)


def test_every_fault_has_its_line(monkeypatch):
    monkeypatch.setenv("TEMPORAL_ADDRESS", "nowhere")
    monkeypatch.setenv("FOLLOWTHROUGH_LOG_LEVEL", "loud")
    with pytest.raises(SettingsError) as refused:
        load()
    assert len(str(refused.value).splitlines()) == 2


def test_a_misspelt_variable_is_refused_with_the_nearest_name(monkeypatch):
    monkeypatch.setenv("FOLLOWTHROUGH_MARKNG", "OFFICIAL")
    with pytest.raises(
        SettingsError, match=r"called FOLLOWTHROUGH_MARKNG. Did you mean FOLLOWTHROUGH_MARKING\?"
    ):
        load()


def test_a_name_given_by_the_program_must_exist():
    with pytest.raises(SettingsError, match="no setting is called 'hom'"):
        load(hom="/nowhere")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('markng = "OFFICIAL"', "no setting is called 'markng'. Did you mean marking?"),
        ("marking = ", "is not TOML"),
        ("engine_port = 'x'", "valid integer"),
    ],
)
def test_a_wrong_file_names_the_file(monkeypatch, tmp_path, text, said):
    file = tmp_path / "ours.toml"
    file.write_text(text)
    monkeypatch.setenv("FOLLOWTHROUGH_CONFIG", str(file))
    with pytest.raises(SettingsError) as refused:
        load()
    assert str(file) in str(refused.value)
    assert said in str(refused.value)


@pytest.mark.parametrize("name", ["FOLLOWTHROUGH_CONFIG", "DATABASE_URL_FILE"])
def test_a_file_that_is_not_there_names_the_variable(monkeypatch, tmp_path, name):
    monkeypatch.setenv(name, str(tmp_path / "absent"))
    with pytest.raises(SettingsError, match=f"{name} names .*absent, which cannot be read: No such file"):
        load()


def test_a_secret_given_twice_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("SMTP_URL", "smtp://relay.example:25")
    monkeypatch.setenv("SMTP_URL_FILE", str(tmp_path / "smtp"))
    with pytest.raises(SettingsError, match="SMTP_URL and SMTP_URL_FILE are both set"):
        load()


def test_an_api_key_is_never_sent_in_clear():
    with pytest.raises(SettingsError, match="set TEMPORAL_TLS=true too"):
        load(temporal_api_key="hunter2")


def test_a_certificate_needs_its_key():
    with pytest.raises(SettingsError, match="TEMPORAL_TLS_CLIENT_KEY_PATH go together"):
        load(temporal_tls_client_cert_path="ours.pem")


def test_two_programs_cannot_share_a_port():
    with pytest.raises(
        SettingsError, match="FOLLOWTHROUGH_ENGINE_PORT and FOLLOWTHROUGH_CONSOLE_PORT are both 7233"
    ):
        load(console_port=7233)


def test_variables_have_the_names_that_are_known_elsewhere():
    names = {variable(field) for field in Settings.model_fields}
    ours = {name for name in names if name.startswith("FOLLOWTHROUGH_")}
    others = {"DATABASE_URL", "SMTP_URL", "CLAMD_ADDRESS"}
    assert {name for name in names - ours if not name.startswith("TEMPORAL_")} == others
