"""A host app for the tests, with opchat mounted under a path."""

from __future__ import annotations

import os

from flask import Flask

from opchat_core import Config, connect_config
from opchat_flask import init_app
from opchat_flask.front import Front


def guarded() -> Front:
    """Make an app with a login of its own, for which a cookie will do."""
    app = Flask("guarded")
    chat = connect_config(Config.from_env(os.environ), migrated=True)
    init_app(app, chat, authenticate=lambda request: request.cookies.get("staff"), login_url="/staff")
    return Front(app)


def application() -> Front:
    """Make the app of a server process."""
    app = Flask("host")
    init_app(app, connect_config(Config.from_env(os.environ), migrated=True), url_prefix="/support")
    return Front(app)
