"""The HTTP API and the dashboard, on Flask.

:func:`create_app` makes an app, :func:`init_app` mounts opchat in an existing one.
"""

from opchat_flask.app import create_app, init_app
from opchat_flask.mount import session_secret
from opchat_flask.passwords import hash_password
from opchat_flask.sessions import sign_in_ticket

__all__ = ["create_app", "hash_password", "init_app", "session_secret", "sign_in_ticket"]
