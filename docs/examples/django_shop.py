"""A shop in Django with opchat under /support: ``granian --interface wsgi django_shop:application``."""

import os

from django.conf import settings
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from flask import Request
from werkzeug.middleware.dispatcher import DispatcherMiddleware

from opchat_core import Config, connect_config
from opchat_flask import create_app

settings.configure(
    SECRET_KEY=os.environ["SHOP_SECRET"],
    ROOT_URLCONF=__name__,
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "shop"}},
)
chat = connect_config(Config.from_env(os.environ))


@transaction.atomic
def complain(_: HttpRequest, customer: int) -> HttpResponse:
    """Whatever the shop stores about the complaint and the message to its operators are stored together, or not."""
    message = chat.using(connection.connection).receive(user_id=customer, text="My order is late.")
    return HttpResponse(message.seq)


def operator_of(request: Request) -> str | None:
    """Whom the shop's own login has put into Django's session."""
    return SessionStore(request.cookies.get(settings.SESSION_COOKIE_NAME)).get("staff")


urlpatterns = [path("complain/<int:customer>", complain)]
support = create_app(chat, authenticate=operator_of)
application = DispatcherMiddleware(get_wsgi_application(), {"/support": support})
