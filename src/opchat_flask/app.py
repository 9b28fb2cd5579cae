"""Mounting opchat in a Flask app, or making an app of its own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import Flask
from flask_cors import CORS
from werkzeug.middleware.proxy_fix import ProxyFix

from opchat_flask.answering import answering
from opchat_flask.bots import reports, status
from opchat_flask.chats import chats
from opchat_flask.conversation import conversation
from opchat_flask.error_pages import answer_unrouted_with_pages
from opchat_flask.events import events
from opchat_flask.headers import stay_with_https
from opchat_flask.health import health
from opchat_flask.ingest import ingest, members
from opchat_flask.login import login_pages
from opchat_flask.media import media
from opchat_flask.metrics import count, metrics
from opchat_flask.mount import EXTENSION, Authenticate, Mount, mount_of
from opchat_flask.openapi import description
from opchat_flask.pages import pages
from opchat_flask.problems import answer_unrouted_with_problems

if TYPE_CHECKING:
    from opchat_core.config import Config
    from opchat_core.service import OperatorChat
    from opchat_flask.streams import Streams

_BLUEPRINTS = (
    ingest,
    members,
    reports,
    chats,
    conversation,
    answering,
    media,
    status,
    events,
    health,
    metrics,
    description,
    login_pages,
    pages,
)


def create_app(
    chat: OperatorChat,
    config: Config | None = None,
    *,
    authenticate: Authenticate | None = None,
    login_url: str | None = None,
    streams: Streams | None = None,
) -> Flask:
    """Make a Flask app that serves the HTTP API and the dashboard; as a WSGI application it goes into any other.

    Args:
        chat: What it acts on; the caller closes it.
        config: Settings, where they are not to be those of the chat.
        authenticate: The login of the program around it; see :func:`init_app`.
        login_url: Where that login is; see :func:`init_app`.
        streams: How many event streams this process serves.

    Raises:
        ValueError: If there is a ``login_url`` without ``authenticate``.
    """
    app = Flask("opchat_flask", static_folder=None, template_folder=None)
    answer_unrouted_with_pages(app)
    init_app(app, chat, config, authenticate=authenticate, login_url=login_url, streams=streams)
    app.after_request(stay_with_https)
    proxies = mount_of(app).config.trusted_proxies
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign] # Flask's way
    return app


def init_app(
    app: Flask,
    chat: OperatorChat,
    config: Config | None = None,
    *,
    url_prefix: str = "",
    authenticate: Authenticate | None = None,
    login_url: str | None = None,
    streams: Streams | None = None,
) -> None:
    """Mount the HTTP API and the dashboard in an existing Flask app.

    The app's own session, errors and answers stay as they are. Which proxies to believe is the app's own decision, too:
    the client's address is ``request.remote_addr``.

    Args:
        app: The app.
        chat: What the endpoints act on; the caller closes it.
        config: Settings, where they are not to be those of the chat.
        url_prefix: What every path is to begin with, such as ``/support``.
        authenticate: The host's own login: is given a request, and tells the operator's name, or None for nobody. It
            takes the place of opchat's own sessions; API tokens stay good. Without it opchat's own login guards all.
        login_url: Where that login is: the dashboard leads there, with the address to come back to as ``next`` in the
            query. Without it, whoever is not logged in is told so, and has to find it.
        streams: How many event streams this process serves.

    Raises:
        ValueError: If ``url_prefix`` is neither empty nor like ``/this``, or there is a
            ``login_url`` without ``authenticate``.
    """
    if login_url is not None and authenticate is None:
        raise ValueError("login_url is where authenticate logs in; opchat knows where its own login is")
    if url_prefix and not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", url_prefix):
        raise ValueError("url_prefix must be empty or look like /support")
    mount = Mount(
        chat,
        config or chat.config,
        url_prefix=url_prefix,
        authenticate=authenticate,
        login_url=login_url,
        streams=streams,
    )
    app.extensions[EXTENSION] = mount
    count(chat.hooks, mount.streams)
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint, url_prefix=url_prefix or None)
    answer_unrouted_with_problems(app)
    _let_browsers_post_messages(app, mount)


def _let_browsers_post_messages(app: Flask, mount: Mount) -> None:
    """Allow other origins to post messages, and nothing else."""
    origins = mount.config.cors_origins
    path = re.compile(re.escape(f"{mount.url_prefix}/api/chat-message") + "$")
    CORS(
        app,
        resources={
            path: {
                # Patterns, for flask-cors would take the brackets of an IPv6 address for one
                "origins": "*" if "*" in origins else [re.compile(re.escape(origin) + r"\Z") for origin in origins],
                "methods": ["POST"],
                "allow_headers": ["Content-Type", "Authorization"],
                "expose_headers": ["Retry-After"],
                "send_wildcard": True,
                "supports_credentials": False,
                "max_age": 3600,
            }
        },
        intercept_exceptions=False,  # every error of that view is answered by its blueprint
    )
