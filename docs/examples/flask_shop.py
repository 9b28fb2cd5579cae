"""A shop in Flask with opchat under /support, behind its own login: ``granian --interface wsgi flask_shop:app``."""

import atexit
import os

from flask import Flask, Request, redirect, request, session

from opchat_core import Config, connect_config
from opchat_flask import init_app

STAFF = {"olga": "correct horse", "ivan": "battery staple"}  # a shop keeps hashes in its database

app = Flask("shop")
app.secret_key = os.environ["SHOP_SECRET"]
chat = connect_config(Config.from_env(os.environ))
atexit.register(chat.close)


@app.get("/")
def front_page() -> str:
    """The shop's own page."""
    return "<h1>Shop</h1><a href='/support/dashboard/operator-chats'>Support</a>"


@app.post("/staff")
def log_in():
    """The shop's own login; a wrong password leaves the visitor outside."""
    if STAFF.get(request.form["name"]) == request.form["password"]:
        session["staff"] = request.form["name"]
    return redirect("/support/dashboard/operator-chats")


def operator_of(_: Request) -> str | None:
    """Whom the shop has logged in."""
    return session.get("staff")


init_app(app, chat, url_prefix="/support", authenticate=operator_of)
