"""check.py CASE MAILDIR: has the host write a mail, and looks at what came of it and at what arrived."""

import json
import mailbox
import os
import sys
import time
import urllib.request

URL, TOKEN = os.environ["TAKT_URL"], os.environ["TAKT_TOKEN"]
case, folder = sys.argv[1:]
# What a message is like once it was tried, and what is said of why it did not go.
EXPECTED = {
    "starttls": ("sent", None),
    "smtps": ("sent", None),
    "wrong-password": ("queued", "535"),
    "unknown-certificate": ("queued", "certificate"),
}


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(URL + path, data, headers, method=method)) as answer:
        return json.loads(answer.read() or "null")


status, reason = EXPECTED[case]
before = len(mailbox.Maildir(folder))
message = call("POST", "/api/v1/messages", {
    "channel": "email", "to": "karl@kunde.example", "subject": f"Ёлка {case}", "body": "Здравствуйте", "expected": True,
})
deadline = time.monotonic() + 20
while message["attempts"] == 0 and time.monotonic() < deadline:
    time.sleep(0.1)
    message = call("GET", f"/api/v1/messages/{message['id']}")
print(message["status"], message["attempts"], message.get("error"))
assert (message["status"], message["attempts"]) == (status, 1), message
assert reason is None or reason.lower() in message["error"].lower(), message
assert "ri-ght" not in json.dumps(message) and "wr-ong" not in json.dumps(message), message
arrived = list(mailbox.Maildir(folder))
assert len(arrived) == before + (status == "sent"), (before, len(arrived))
if status == "sent":
    mine = [mail for mail in arrived if message["id"] in mail["Message-ID"]]
    assert [mail["To"] for mail in mine] == ["karl@kunde.example"], mine
    assert mine[0].get_payload(decode=True).decode().strip() == "Здравствуйте", mine[0]
