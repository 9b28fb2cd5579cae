"""``opchat doctor``."""

from __future__ import annotations

import click

from opchat_cli.diagnosis import SERVE_PORT, Finding, Level, examine
from opchat_cli.examples import examples
from opchat_cli.output import json_option, to_json
from opchat_cli.settings import read_settings

_COLOURS = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "red"}


@click.command(epilog=examples("opchat doctor", "opchat doctor --json"))
@click.option("--port", default=SERVE_PORT, show_default=True, help="Where `opchat serve` listens on this machine.")
@json_option
@click.pass_context
def command(context: click.Context, port: int, *, as_json: bool) -> None:
    """Check settings, database, bot and backlog, and say what to do about each.

    Changes nothing. Exit status 1 if something failed; a warning is something to know.

    The settings, all of them environment variables: OPERATOR_BOT_TOKEN, API_BASE_URL, DATABASE_URL, OPCHAT_DATA_DIR,
    TELEGRAM_API_URL, OPCHAT_INGEST, OPCHAT_INGEST_TOKEN, OPCHAT_CORS_ORIGINS, OPCHAT_SECRET_KEY, OPCHAT_LIMITS,
    OPCHAT_TRUSTED_PROXIES, OPCHAT_REOPEN, OPCHAT_RETENTION_DAYS, OPCHAT_METRICS_TOKEN,
    OPCHAT_LOG.

    What no check can show: Telegram keeps updates that nobody fetches for 24 hours, drops those over 64 KiB, and lets
    only one process poll at a time.
    """
    findings = []
    for finding in examine(read_settings(), port=port):
        findings.append(finding)
        if not as_json:
            click.echo(_line(finding))
    good = not any(finding.level is Level.FAIL for finding in findings)
    if as_json:
        checks = [{"name": f.name, "level": f.level, "detail": f.detail, "advice": f.advice} for f in findings]
        click.echo(to_json({"ok": good, "checks": checks}))
    context.exit(0 if good else 1)


def _line(finding: Finding) -> str:
    level = click.style(f"{finding.level:4}", fg=_COLOURS[finding.level], bold=True)
    told = f"{level}  {finding.name}: {finding.detail}"
    return f"{told}\n      {finding.advice}" if finding.advice else told
