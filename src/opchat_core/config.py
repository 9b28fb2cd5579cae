"""The settings of an installation, read once from the environment."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from attrs import field, frozen

from opchat_core.errors import ConfigError
from opchat_core.model import Limits, ReopenRule

TELEGRAM_API_URL = "https://api.telegram.org"

MEDIA_CACHE_MB = 256

_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{1,128}", re.ASCII)
_MEGABYTES = re.compile(r"[0-9]{1,7}", re.ASCII)
_DAYS = re.compile(r"[1-9][0-9]{0,4}", re.ASCII)
_PROXIES = re.compile(r"[0-9]", re.ASCII)
_HTTP = frozenset({"http", "https"})
_PREFIX = "OPCHAT_"
#: What has our prefix and is read elsewhere: by `opchat test-simple`, and for the log of the programs.
_ELSEWHERE = frozenset({"OPCHAT_API_TOKEN", "OPCHAT_LOG"})
#: How alike what follows the prefix must be to one of ours to be taken for a slip; what is not is somebody else's, such
#: as the names that Kubernetes sets in each container for a service called "opchat".
_ALIKE = 0.75
#: Characters of a secret that nobody guesses: of random letters and digits, 95 bits.
_LEAST_SECRET = 16

Value = TypeVar("Value")


@frozen(kw_only=True)
class Config:
    """One installation's settings; :meth:`from_env` says which variable is which.

    Attributes:
        bot_token: Token of the operator bot; None: receive and read only.
        api_base_url: Where the bot finds the API; None: localhost, port 3001 and then 3000.
        database_url: A libpq connection string or URL, verbatim; None: an embedded PostgreSQL.
        data_dir: Home of the embedded database; None: the platform's user data directory.
        telegram_api_url: The Bot API server.
        ingest_verified: Whether ``POST /api/chat-message`` refuses callers without proof.
        ingest_token: The proof; derived from the bot token by default, and None where there is none.
        cors_origins: Origins that may post messages from a browser.
        secret_key: Signs dashboard sessions; None: made once and kept in the database.
        reopen: Whether a user's message reopens a closed chat.
        retention: How long a chat is kept in which nobody writes; None: for good.
        files_dir: Where files of answers are kept until they are sent; None: in the database.
        media_cache_dir: Where files of messages are kept for a while; None: a private directory for temporary files.
        media_cache_mb: About how many megabytes of them; 0 keeps none.
        limits: How many messages are taken from callers who prove nothing.
        metrics_token: Opens ``/metrics`` to a monitor; None: to operators alone.
        trusted_proxies: How many proxies stand before the server, each adding the address that called it.
    """

    bot_token: str | None = field(default=None, repr=False)
    api_base_url: str | None = None
    database_url: str | None = field(default=None, repr=False)
    data_dir: Path | None = None
    telegram_api_url: str = TELEGRAM_API_URL
    ingest_verified: bool = False
    ingest_token: str | None = field(repr=False)
    cors_origins: tuple[str, ...] = ("*",)
    secret_key: str | None = field(default=None, repr=False)
    reopen: ReopenRule = field(factory=ReopenRule)
    retention: timedelta | None = None
    files_dir: Path | None = None
    media_cache_dir: Path | None = None
    media_cache_mb: int = MEDIA_CACHE_MB
    limits: Limits = field(factory=Limits)
    metrics_token: str | None = field(default=None, repr=False)
    trusted_proxies: int = 0

    @ingest_token.default
    def _derived_ingest_token(self) -> str | None:
        return self.bot_token and derive_ingest_token(self.bot_token)

    def weak_secrets(self) -> list[str]:
        """Name the secrets that are set and so short that they could be guessed."""
        secrets = {
            "OPCHAT_INGEST_TOKEN": self.ingest_token,
            "OPCHAT_SECRET_KEY": self.secret_key,
            "OPCHAT_METRICS_TOKEN": self.metrics_token,
        }
        return [name for name, secret in secrets.items() if secret and len(secret) < _LEAST_SECRET]

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> Config:
        """Read the settings; a variable that is unset or empty takes its default.

        Args:
            environ: The environment, as ``os.environ``.

        Raises:
            ConfigError: If a value is unknown or malformed, or a name is all but one of ours, which is a slip; it
                names the variable and the rule, never the value.
        """
        known = set(_ELSEWHERE)

        def read(name: str, rule: Callable[[str], Value], default: Any = None) -> Value | Any:
            known.add(name)
            text = environ.get(name, "").strip()
            if not text:
                return default
            try:
                return rule(text)
            except ValueError as error:
                raise ConfigError(f"{name} {error}") from None

        ingest_token = read("OPCHAT_INGEST_TOKEN", _secret)
        config = cls(
            bot_token=read("OPERATOR_BOT_TOKEN", _bot_token),
            api_base_url=read("API_BASE_URL", _base_url),
            database_url=read("DATABASE_URL", str),
            data_dir=read("OPCHAT_DATA_DIR", Path),
            telegram_api_url=read("TELEGRAM_API_URL", _base_url, TELEGRAM_API_URL),
            ingest_verified=read("OPCHAT_INGEST", _ingest, default=False),
            cors_origins=read("OPCHAT_CORS_ORIGINS", _origins, ("*",)),
            secret_key=read("OPCHAT_SECRET_KEY", _secret),
            reopen=read("OPCHAT_REOPEN", ReopenRule.parse, ReopenRule()),
            retention=read("OPCHAT_RETENTION_DAYS", _days),
            files_dir=read("OPCHAT_FILES_DIR", Path),
            media_cache_dir=read("OPCHAT_MEDIA_CACHE_DIR", Path),
            media_cache_mb=read("OPCHAT_MEDIA_CACHE_MB", _megabytes, MEDIA_CACHE_MB),
            limits=read("OPCHAT_LIMITS", Limits.parse, Limits()),
            metrics_token=read("OPCHAT_METRICS_TOKEN", _secret),
            trusted_proxies=read("OPCHAT_TRUSTED_PROXIES", _proxies, 0),
            **({"ingest_token": ingest_token} if ingest_token else {}),
        )
        _refuse_slips(environ, frozenset(known))
        return config


def derive_ingest_token(bot_token: str) -> str:
    """Derive the token by which the bot proves itself to the API: HMAC-SHA256, so that both know it unasked."""
    return hmac.new(bot_token.encode(), b"opchat ingest token", hashlib.sha256).hexdigest()


def _refuse_slips(environ: Mapping[str, str], known: frozenset[str]) -> None:
    """Refuse a name that is all but one of ours: misspelt, it would leave a door open that somebody meant to close."""
    given = {name for name, value in environ.items() if name.startswith(_PREFIX) and value.strip()}
    ours = sorted(name.removeprefix(_PREFIX) for name in known if name.startswith(_PREFIX))
    for name in sorted(given - known):
        for meant in get_close_matches(name.removeprefix(_PREFIX), ours, n=1, cutoff=_ALIKE):
            raise ConfigError(f"{name} is no setting of opchat; {_PREFIX}{meant} is")


def _bot_token(text: str) -> str:
    if not _TOKEN.fullmatch(text):
        raise ValueError("must look like 123456:ABC-DEF, as BotFather gives it")
    return text


def _base_url(text: str) -> str:
    rule = "must be an http:// or https:// address without a query"
    try:
        parts = urlsplit(text)
        _ = parts.port  # raises ValueError when it is no port
    except ValueError:  # its words repeat the value
        raise ValueError(rule) from None
    if parts.scheme not in _HTTP or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(rule)
    return text.rstrip("/")


def _ingest(text: str) -> bool:
    if text not in {"open", "verified"}:
        raise ValueError("must be open or verified")
    return text == "verified"


def _megabytes(text: str) -> int:
    if not _MEGABYTES.fullmatch(text):
        raise ValueError("must be a number of megabytes, 0 to 9999999")
    return int(text)


def _days(text: str) -> timedelta:
    if not _DAYS.fullmatch(text):
        raise ValueError("must be a number of days from 1 to 99999")
    return timedelta(days=int(text))


def _proxies(text: str) -> int:
    if not _PROXIES.fullmatch(text):
        raise ValueError("must be a number from 0 to 9")
    return int(text)


def _secret(text: str) -> str:
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("must be printable ASCII characters without spaces")
    return text


def _origins(text: str) -> tuple[str, ...]:
    origins = tuple(origin.strip() for origin in text.split(",") if origin.strip())
    if not origins or not all(origin == "*" or _is_origin(origin) for origin in origins):
        raise ValueError("must be * or a comma-separated list of origins such as https://shop.example")
    return origins


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:  # its words repeat the value
        return False
    return parts.scheme in _HTTP and bool(parts.netloc) and text == f"{parts.scheme}://{parts.netloc}"
