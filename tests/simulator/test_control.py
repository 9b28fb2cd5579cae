"""The control API over HTTP, and who may use it."""

from __future__ import annotations

import base64
import json

import pytest
from tests.simulator.raw import Raw

from opchat_core.testing.simulator import Simulator

JSON = {"Content-Type": "application/json"}


def test_a_whole_chat_over_http(raw: Raw) -> None:
    """A program in another language can play the user, and see the ticks."""
    boris = {"id": 43, "firstName": "Boris", "lastName": None, "username": None, "languageCode": "ru"}
    assert raw.control("POST", "users", {"id": 43, "firstName": "Boris", "languageCode": "ru"}) == (201, boris)
    assert boris in raw.control("GET", "users")[1]
    assert raw.control("POST", "users/43/messages", {"text": "Hello"}) == (201, {"messageId": 1})
    assert raw.control("PATCH", "users/43/messages/1", {"text": "Hello!"})[0] == 200
    data = base64.b64encode(b"%PDF").decode()
    file = {"kind": "document", "data": data, "fileName": "a.pdf", "mimeType": "application/pdf"}
    assert raw.control("POST", "users/43/messages", file)[0] == 201
    dice = {"kind": "raw", "content": {"dice": {"emoji": "x", "value": 1}}, "messageId": 0}
    assert raw.control("POST", "users/43/messages", dice) == (201, {"messageId": 0})
    raw.result("getUpdates", offset=-1)
    raw.result("sendMessage", chat_id=43, text="Hi", reply_to_message_id=1)
    shown = raw.control("GET", "users/43/messages")[1]
    assert [(message["kind"], message["ticks"], message["edited"]) for message in shown] == [
        ("text", 2, True),
        ("document", 2, False),
        ("dice", 1, False),
        ("text", None, False),
    ]
    file_id = shown[1]["message"]["document"]["file_id"]
    assert raw.request("GET", f"/simulator/files/{file_id}") == (200, b"%PDF")
    assert raw.control("POST", "users/43/block", {}) == (200, {"blocked": True})
    assert raw.control("POST", "users/43/unblock", {}) == (200, {"blocked": False})
    assert [message["text"] for message in raw.control("GET", "sent?chatId=43")[1]] == ["Hi"]


def test_faults_and_ledger_over_http(raw: Raw) -> None:
    """A fault is scripted, strikes, and is in the ledger."""
    script = {"method": "sendMessage", "kind": "too_many_requests", "times": None, "chatId": 42, "retryAfter": 3}
    status, fault = raw.control("POST", "faults", script)
    assert status == 201
    assert raw.control("GET", "faults")[1] == [fault]
    assert fault["retryAfter"] == 3
    assert raw.call("sendMessage", chat_id=42, text="x")["parameters"] == {"retry_after": 3}
    (entry,) = raw.control("GET", "ledger?method=sendMessage")[1]
    assert (entry["outcome"], entry["status"], entry["fault"]) == ("refused", 429, "too_many_requests")
    assert entry["params"] == {"chat_id": "42", "text": "x"}
    assert raw.control("DELETE", "faults") == (200, [])
    assert raw.control("DELETE", "ledger") == (200, [])
    assert raw.control("GET", "ledger")[1] == []


def test_updates_and_bots_over_http(raw: Raw) -> None:
    """Injected updates, numbers that go down, another bot, and a reset."""
    assert raw.control("POST", "updates", {"update_id": 9, "x": 1}) == (201, {"updateId": 9})
    assert raw.control("POST", "next-update-id", {"updateId": 5}) == (200, {"updateId": 5})
    assert raw.control("POST", "users/42/messages", {"text": "x"})[0] == 201
    assert [update["update_id"] for update in raw.result("getUpdates")] == [9, 5]
    assert raw.control("POST", "bots", {"token": "555:second", "firstName": "Second"}) == (201, {"id": 555})
    assert [bot["id"] for bot in raw.control("GET", "bots")[1]] == [110201543, 555]
    assert raw.control("POST", "users/42/messages?bot=555", {"text": "x"}) == (201, {"messageId": 1})
    assert "token" not in json.dumps(raw.control("GET", "phone?user=42&bot=555")[1])
    assert raw.control("POST", "reset", {}) == (200, {})
    assert raw.control("GET", "users")[1] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "users/7/messages", None, 404),
        ("POST", "users/7/block", {}, 404),
        ("PATCH", "users/42/messages/9", {"text": "x"}, 404),
        ("GET", "phone?bot=1", None, 404),
        ("GET", "files/none", None, 404),
        ("GET", "nothing", None, 404),
        ("DELETE", "users", None, 405),
        ("POST", "users", [], 400),
        ("POST", "users", {"id": "x"}, 400),
        ("POST", "users/42/messages", {}, 400),
        ("POST", "users/42/messages", {"text": ""}, 400),
        ("POST", "users/42/messages", {"text": 1}, 400),
        ("POST", "users/42/messages", {"kind": "telepathy"}, 400),
        ("POST", "users/42/messages", {"kind": "photo", "data": "!"}, 400),
        ("POST", "faults", {"method": "getMe", "kind": "typo"}, 400),
        ("POST", "bots", {"token": "x"}, 400),
        ("POST", "next-update-id", {"updateId": 0}, 400),
        ("GET", "sent?chatId=x", None, 400),
    ],
)
def test_mistakes_are_told(raw: Raw, method: str, path: str, body: object, status: int) -> None:
    """With a status and a sentence, and nothing changes."""
    answered, error = raw.control(method, path, body)
    assert answered == status, error
    assert error["error"]
    assert raw.simulator.messages(42) == []


def test_the_page_waits_for_changes(raw: Raw) -> None:
    """`after` the present version the answer comes with the next change, or when `wait` is over."""
    version = raw.control("GET", "phone?user=42")[1]["version"]
    assert raw.control("GET", f"phone?user=42&after={version}&wait=0.05")[1]["version"] == version
    raw.simulator.send_text(42, "Hello")
    view = raw.control("GET", f"phone?user=42&after={version}&wait=5")[1]
    assert [message["text"] for message in view["messages"]] == ["Hello"]
    assert view["users"][0]["lastMessage"]["text"] == "Hello"


@pytest.mark.parametrize("path", ["/", "/simulator/users", "/bot110201543:x/getMe"])
def test_only_loopback_names_are_served(raw: Raw, path: str) -> None:
    """A name that was rebound to this machine leads nowhere."""
    for host in ("evil.example", "evil.example:80", "127.0.0.1.evil.example", ""):
        assert raw.request("GET", path, headers={"Host": host})[0] == 403
    assert raw.request("GET", "/", headers={"Host": f"localhost:{raw.simulator.port}"})[0] == 200


def test_pages_of_other_origins_are_refused(raw: Raw) -> None:
    """Neither by origin nor by what the browser says of the request; a link to the page is welcome."""
    path = f"/bot{raw.token}/sendMessage?chat_id=42&text=x"
    assert raw.request("POST", path, headers={"Origin": "http://evil.example"})[0] == 403
    assert raw.request("POST", path, headers={"Origin": "null"})[0] == 403
    assert raw.request("GET", path, headers={"Sec-Fetch-Site": "cross-site"})[0] == 403
    assert raw.request("GET", "/simulator/users", headers={"Sec-Fetch-Site": "same-site"})[0] == 403
    assert raw.request("GET", "/", headers={"Sec-Fetch-Site": "same-site"})[0] == 200
    own = {"Origin": raw.simulator.url, "Sec-Fetch-Site": "same-origin", **JSON}
    assert raw.request("POST", "/simulator/users/42/block", b"{}", own)[0] == 200
    assert raw.simulator.sent() == []


def test_control_needs_json(raw: Raw) -> None:
    """A form or plain text, which any page may send, is 415."""
    for content_type in ("text/plain", "application/x-www-form-urlencoded", ""):
        status, _ = raw.request("POST", "/simulator/reset", b"{}", {"Content-Type": content_type})
        assert status == 415
    assert raw.request("POST", "/simulator/reset", b"{", JSON)[0] == 400
    assert len(raw.simulator.users()) == 1


def test_the_page_comes_from_the_package(simulator: Simulator) -> None:
    """With a policy that lets nothing else in, and without anything inline."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=5)
    for path, kind in (
        ("/", "text/html; charset=utf-8"),
        ("/static/phone.css", "text/css; charset=utf-8"),
        ("/static/phone.js", "text/javascript; charset=utf-8"),
        ("/static/icon.svg", "image/svg+xml"),
    ):
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read()
        assert (response.status, response.getheader("Content-Type")) == (200, kind)
        assert "default-src 'none'" in (response.getheader("Content-Security-Policy") or "")
        assert b"style=" not in body
        assert b"<script>" not in body
    connection.request("GET", "/static/../server.py")
    assert connection.getresponse().status == 404
    connection.close()


def test_uploads_never_run_as_pages(raw: Raw) -> None:
    """Pictures are shown, everything else is a download, whatever it calls itself."""
    import http.client

    raw.simulator.send_document(42, b"<script>", file_name="a.html", mime_type="text/html")
    raw.simulator.send_photo(42, b"\x89PNG")
    page, *_sizes, picture = list(raw.simulator.state.files)
    connection = http.client.HTTPConnection("127.0.0.1", raw.simulator.port, timeout=5)
    for file_id, kind, disposition in (
        (page, "application/octet-stream", "attachment"),
        (picture, "image/png", None),
    ):
        connection.request("GET", f"/simulator/files/{file_id}")
        response = connection.getresponse()
        response.read()
        assert response.getheader("Content-Type") == kind
        assert response.getheader("Content-Disposition") == disposition
        assert response.getheader("X-Content-Type-Options") == "nosniff"
    connection.close()


def test_serves_in_the_foreground() -> None:
    """As the command does: until an exception ends it, and the port is free again then."""
    import threading

    simulator = Simulator()
    thread = threading.Thread(target=simulator.serve_forever)
    thread.start()
    assert Raw(simulator).result("getMe")["is_bot"] is True
    simulator.shutdown()
    thread.join(timeout=5)
    assert not thread.is_alive()
    with Simulator(port=simulator.port) as again:
        assert again.port == simulator.port
    with pytest.raises(ValueError, match="bot token"):
        Simulator(token="nonsense")
