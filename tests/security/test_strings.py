"""Strings that have broken other programs: as text, as a name and as an answer they come back as they were."""

# ruff: noqa: RUF001 - letters that look like others are what this is about

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.flask.conftest import Client

if TYPE_CHECKING:
    from opchat_core.testing.simulator import Simulator

#: After the Big List of Naughty Strings (https://github.com/minimaxir/big-list-of-naughty-strings, MIT), one of a kind.
NAUGHTY = [
    "undefined",
    "null",
    "NaN",
    "true",
    "0",
    "1E+02",
    "0xffffffffffffffff",
    "-9223372036854775808",
    "01000",
    ",./;'[]\\-=",
    '<>?:"{}|_+',
    "!@#$%^&*()`~",
    "\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x1b\x7f",
    "\t\u000b\f \u0085\u00a0\u1680\u2002\u2028\u2029\u202f\u205f\u3000x",
    "\u00ad\u0600\u061c\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\ufeff",
    "\ufffe\uffff\U0010ffff",
    "Ω≈ç√∫˜µ≤≥÷",
    "Ё Ђ Ѓ Є Ѕ І Ї Ј Љ Њ Ћ",
    "⁰⁴⁵₀₁₂",
    "ด้้้้้็็็็็้้้้้็็็็็้้้้้้้้็็็็็้้้้้",
    "'\"''''\"",
    "田中さんにあげて下さい",
    "𠜎𠜱𠝹𠱓𠱸𠲖𠳏",
    "Ⱥ Ⱦ ß ẞ İ ı ﬁ ǅ",
    "ヽ༼ຈل͜ຈ༽ﾉ ヽ༼ຈل͜ຈ༽ﾉ",
    "👩🏽‍👩🏽‍👧🏽 🏳️‍🌈 🇺🇸🇷🇺 ❤️ 💔",
    "１２３ ١٢٣",
    "ثم نفس سقطت وبالتحديد،",
    "בְּרֵאשִׁית, בָּרָא אֱלֹהִים",
    "\u202etest\u202e \u2066test\u2067",
    "Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤",
    "˙ɐnbᴉlɐ ɐuƃɐɯ ǝɹolop",
    "<script>alert(0)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<img src=x onerror=alert(2) />",
    "<svg><script>123<1>alert(3)</script>",
    '"><script>alert(4)</script>',
    "javascript:alert(5);",
    "</textarea><script>alert(6)</script>",
    "{{7*7}} ${7*7} #{7*7} {% x %} <%= 7*7 %>",
    "%s %d %n %x %(name)s {0} {name}",
    "1;DROP TABLE users",
    "1'; DROP TABLE users-- 1",
    "' OR 1=1 -- 1",
    "$$; DROP SCHEMA opchat CASCADE; $$",
    "-\n--version",
    "$(touch /tmp/blns.fail) `id` ; ls -al / | tee",
    "../../../../../../etc/passwd%00",
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><x>&y;</x>',
    "$HOME $ENV{'HOME'}",
    "() { 0; }; touch /tmp/blns.fail;",
    "If you're reading this, you've been in a coma\u0007",
    "x\n\nSet-Cookie: a=b",
    "e\u0301 é",
    "\\u0000 \\x00 \\",
]


@pytest.mark.parametrize("text", NAUGHTY, ids=lambda text: ascii(text)[:24])
def test_a_naughty_string_comes_back_as_it_was(
    client: Client, operator: dict[str, str], simulator: Simulator, text: str
) -> None:
    """From the user to the operator, and from the operator to the user, byte for byte."""
    simulator.user(42)
    body = {"userId": 42, "messageText": text, "firstName": text, "lastName": text, "username": text}
    posted: Any = client.post("/api/chat-message", json=body)
    assert posted.status_code == 201, posted.text
    chat = "/api/users/42/operator-chat"
    assert client.post(chat, json={"messageText": text, "clientMessageId": "k"}, headers=operator).status_code == 201
    read: Any = client.get(chat, headers=operator).json
    assert [message["messageText"] for message in read["messages"]] == [text, text]
    assert (read["user"]["firstName"], read["user"]["lastName"], read["user"]["username"]) == (text, text, text)
    assert simulator.sent(42)[-1].text == text
    found: Any = client.get("/api/operator-chats", query_string={"search": text}, headers=operator).json
    assert [one["userId"] for one in found["chats"]] == [42]
