"""Settings: every variable of the contract at its default, well set, and malformed."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from opchat_core.config import Config, derive_ingest_token
from opchat_core.errors import ConfigError
from opchat_core.model import Limits, Rate, ReopenRule

TOKEN = "123456:ABC-def_123"


def test_nothing_set_is_a_working_installation() -> None:
    """Every variable has the default that the contract gives it."""
    assert Config.from_env({}) == Config(
        bot_token=None,
        api_base_url=None,
        database_url=None,
        data_dir=None,
        telegram_api_url="https://api.telegram.org",
        ingest_verified=False,
        ingest_token=None,
        cors_origins=("*",),
        secret_key=None,
        reopen=ReopenRule(),
    )


def test_an_empty_variable_is_an_unset_one() -> None:
    """Files of settings leave lines empty."""
    names = [
        "OPERATOR_BOT_TOKEN",
        "API_BASE_URL",
        "DATABASE_URL",
        "OPCHAT_DATA_DIR",
        "TELEGRAM_API_URL",
        "OPCHAT_INGEST",
    ]
    assert Config.from_env(dict.fromkeys(names, "  ")) == Config.from_env({})


@pytest.mark.parametrize(
    ("name", "text", "attribute", "value"),
    [
        ("OPERATOR_BOT_TOKEN", TOKEN, "bot_token", TOKEN),
        ("API_BASE_URL", "https://chat.example/base/", "api_base_url", "https://chat.example/base"),
        ("DATABASE_URL", "host=a,b dbname=x", "database_url", "host=a,b dbname=x"),
        ("DATABASE_URL", "service=shop", "database_url", "service=shop"),
        ("OPCHAT_DATA_DIR", "/var/lib/opchat", "data_dir", Path("/var/lib/opchat")),
        ("TELEGRAM_API_URL", "http://localhost:8081", "telegram_api_url", "http://localhost:8081"),
        ("OPCHAT_MEDIA_CACHE_DIR", "/var/cache/opchat", "media_cache_dir", Path("/var/cache/opchat")),
        ("OPCHAT_MEDIA_CACHE_MB", "0", "media_cache_mb", 0),
        ("OPCHAT_INGEST", "open", "ingest_verified", False),
        ("OPCHAT_INGEST", "verified", "ingest_verified", True),
        ("OPCHAT_INGEST_TOKEN", "s3cret-of-16-chars", "ingest_token", "s3cret-of-16-chars"),
        ("OPCHAT_CORS_ORIGINS", "*", "cors_origins", ("*",)),
        (
            "OPCHAT_CORS_ORIGINS",
            "https://a.example, http://b.example:8080",
            "cors_origins",
            ("https://a.example", "http://b.example:8080"),
        ),
        ("OPCHAT_SECRET_KEY", "k3y-of-16-chars!", "secret_key", "k3y-of-16-chars!"),
        ("OPCHAT_LIMITS", "off", "limits", Limits(user=None, address=None, all=None)),
        ("OPCHAT_LIMITS", "user=5/10", "limits", Limits(user=Rate(5, timedelta(seconds=10)))),
        (
            "OPCHAT_LIMITS",
            "address = off, all=9/1",
            "limits",
            Limits(address=None, all=Rate(9, timedelta(seconds=1))),
        ),
        ("OPCHAT_TRUSTED_PROXIES", "2", "trusted_proxies", 2),
        ("OPCHAT_REOPEN", "always", "reopen", ReopenRule()),
        ("OPCHAT_REOPEN", "never", "reopen", ReopenRule(timedelta(0))),
        ("OPCHAT_REOPEN", "within:12", "reopen", ReopenRule(timedelta(hours=12))),
    ],
)
def test_a_variable_that_is_well_set(name: str, text: str, attribute: str, value: Any) -> None:
    """Each variable lands where it belongs; white space around it does not matter."""
    assert getattr(Config.from_env({name: f" {text} "}), attribute) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("OPERATOR_BOT_TOKEN", "SECRETVALUE"),
        ("OPERATOR_BOT_TOKEN", "123456:SECRETVALUE with space"),
        ("OPERATOR_BOT_TOKEN", "123456:SECRETVALUE/../x"),
        ("API_BASE_URL", "SECRETVALUE:3001"),
        ("API_BASE_URL", "ftp://SECRETVALUE"),
        ("API_BASE_URL", "http://"),
        ("API_BASE_URL", "http://host:99999/SECRETVALUE"),
        ("API_BASE_URL", "http://host:SECRETVALUE"),
        ("API_BASE_URL", "http://host/?SECRETVALUE"),
        ("API_BASE_URL", "http://[SECRETVALUE"),
        ("TELEGRAM_API_URL", "api.telegram.org/SECRETVALUE"),
        ("OPCHAT_INGEST", "SECRETVALUE"),
        ("OPCHAT_INGEST", "Open"),
        ("OPCHAT_INGEST_TOKEN", "SECRETVALUE with space"),
        ("OPCHAT_INGEST_TOKEN", "SECRETVALUEé"),
        ("OPCHAT_SECRET_KEY", "SECRETVALUE\nsecond line"),
        ("OPCHAT_CORS_ORIGINS", "SECRETVALUE.example"),
        ("OPCHAT_CORS_ORIGINS", "https://a.example/SECRETVALUE"),
        ("OPCHAT_CORS_ORIGINS", "*, ftp://SECRETVALUE"),
        ("OPCHAT_LIMITS", "SECRETVALUE"),
        ("OPCHAT_LIMITS", "user=0/60"),
        ("OPCHAT_LIMITS", "user=5/0"),
        ("OPCHAT_LIMITS", "user=5"),
        ("OPCHAT_LIMITS", "user=" + "9" * 5000 + "/1"),
        ("OPCHAT_LIMITS", "user=5/10,,"),
        ("OPCHAT_LIMITS", "SECRETVALUE=5/10"),
        ("OPCHAT_TRUSTED_PROXIES", "SECRETVALUE"),
        ("OPCHAT_TRUSTED_PROXIES", "-1"),
        ("OPCHAT_TRUSTED_PROXIES", "10"),
        ("OPCHAT_REOPEN", "SECRETVALUE"),
        ("OPCHAT_REOPEN", "within:0"),
        ("OPCHAT_REOPEN", "within:" + "9" * 5000),
    ],
)
def test_a_malformed_variable_is_one_clear_line(name: str, text: str) -> None:
    """The line names the variable and the rule, and never repeats the value, which may be a secret."""
    with pytest.raises(ConfigError) as caught:
        Config.from_env({name: text})
    line = str(caught.value)
    assert line.startswith(f"{name} ")
    assert "\n" not in line
    assert "SECRETVALUE" not in line
    assert "secretvalue" not in line
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("OPCHAT_INGST", "OPCHAT_INGEST"),
        ("OPCHAT_SECRET", "OPCHAT_SECRET_KEY"),
        ("OPCHAT_CORS_ORIGIN", "OPCHAT_CORS_ORIGINS"),
        ("OPCHAT_TRUSTED_PROXY", "OPCHAT_TRUSTED_PROXIES"),
    ],
)
def test_a_name_that_is_all_but_ours_is_one_clear_line(name: str, meant: str) -> None:
    """A misspelt setting is not silently left out, and the line says what may have been meant."""
    with pytest.raises(ConfigError) as caught:
        Config.from_env({name: "SECRETVALUE"})
    line = str(caught.value)
    assert line.startswith(f"{name} is no setting of opchat; {meant} is")
    assert "\n" not in line
    assert "SECRETVALUE" not in line


def test_names_that_others_set_are_left_alone() -> None:
    """An empty one; the command line's own; what Kubernetes tells of services named opchat; other programs' names."""
    theirs = {
        "OPCHAT_INGST": " ",
        "OPCHAT_API_TOKEN": "opchat_x",
        "OPCHAT_SERVICE_HOST": "10.0.0.1",
        "OPCHAT_SERVICE_PORT": "3001",
        "OPCHAT_SERVICE_PORT_HTTP": "3001",
        "OPCHAT_PORT": "tcp://10.0.0.1:3001",
        "OPCHAT_PORT_3001_TCP": "tcp://10.0.0.1:3001",
        "OPCHAT_PORT_3001_TCP_ADDR": "10.0.0.1",
        "OPCHAT_DB_SERVICE_HOST": "10.0.0.2",
        "OPCHAT_DB_PORT_5432_TCP_PROTO": "tcp",
        "OPCHAT_TEST_DATABASE_URL": "postgresql:///x",
        "OPCHATTER": "yes",
        "MY_OPCHAT_INGST": "yes",
    }
    assert Config.from_env(theirs) == Config.from_env({})


def test_secrets_that_could_be_guessed_are_named() -> None:
    """They are taken, for the choice is theirs who set them, and told of."""
    config = Config.from_env({"OPCHAT_INGEST_TOKEN": "fifteen-letters", "OPCHAT_SECRET_KEY": "sixteen-letters!"})
    assert config.weak_secrets() == ["OPCHAT_INGEST_TOKEN"]
    assert Config.from_env({"OPERATOR_BOT_TOKEN": TOKEN}).weak_secrets() == []


def test_bot_and_api_agree_on_a_token_with_nothing_to_configure() -> None:
    """The ingest token is derived from the bot token, and does not give it away."""
    derived = Config.from_env({"OPERATOR_BOT_TOKEN": TOKEN}).ingest_token
    assert derived == derive_ingest_token(TOKEN)
    assert re.fullmatch(r"[0-9a-f]{64}", derived or "")
    assert derived != derive_ingest_token(TOKEN + "x")


def test_a_token_of_ones_own_comes_first() -> None:
    """A setting beats what is derived."""
    config = Config.from_env({"OPERATOR_BOT_TOKEN": TOKEN, "OPCHAT_INGEST_TOKEN": "mine-of-16-chars"})
    assert config.ingest_token == "mine-of-16-chars"


def test_no_secret_shows_in_the_representation() -> None:
    """Settings may be logged."""
    config = Config.from_env(
        {
            "OPERATOR_BOT_TOKEN": TOKEN,
            "DATABASE_URL": "postgresql://u:dbpassword@h/x",
            "OPCHAT_INGEST_TOKEN": "ingest-secret-here",
            "OPCHAT_SECRET_KEY": "signing-secret-here",
        }
    )
    shown = repr(config)
    assert not any(secret in shown for secret in (TOKEN, "dbpassword", "ingest-secret-here", "signing-secret-here"))
