"""Meetings made over the API, read back from the feed with the package `icalendar`, and unrolled with another."""

import json
import os
import unittest
import urllib.request
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import icalendar
import recurring_ical_events

URL, TOKEN = os.environ["TAKT_URL"], os.environ["TAKT_TOKEN"]
BERLIN = ZoneInfo("Europe/Berlin")
LONG = "Планы на неделю; обсуждение, вопросы, " * 4


def call(method, path, body=None):
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(URL + path, data, headers, method=method)) as answer:
        return json.loads(answer.read() or "null")


def utc(at):
    return at.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


class Feed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.me = call("GET", "/api/v1/me")["user"]["id"]
        # Noon in Berlin, three days before its clocks change in the autumn of next year.
        year = datetime.now().year + 1
        change = next(
            day
            for day in (datetime(year, 10, 31, 12, tzinfo=BERLIN) - timedelta(days=back) for back in range(7))
            if day.weekday() == 6
        )
        cls.first = change - timedelta(days=3)
        cls.weekly = call("POST", "/api/v1/meetings", {
            "title": LONG.strip(), "place": "Room 1, 2nd floor", "body": "One line,\nand a second; with marks\\",
            "organiser": cls.me, "starts_at": utc(cls.first), "ends_at": utc(cls.first + timedelta(hours=1)),
            "time_zone": "Europe/Berlin", "recurrence": "FREQ=WEEKLY;COUNT=3",
            "participants": [{"email": "karl@kunde.example", "name": "Karl \"K\" Kunde; Jr., \\"}],
        })
        cls.off = call("POST", "/api/v1/meetings", {
            "title": "Off", "organiser": cls.me, "starts_at": utc(cls.first), "ends_at": utc(cls.first + timedelta(hours=2)),
        })
        call("PATCH", f"/api/v1/meetings/{cls.off['id']}", {"status": "cancelled"})
        url = call("POST", "/api/v1/calendar_feed", {})["url"]
        with urllib.request.urlopen(URL + url if url.startswith("/") else url) as answer:
            assert answer.headers["Content-Type"].startswith("text/calendar"), answer.headers["Content-Type"]
            cls.raw = answer.read()
        cls.calendar = icalendar.Calendar.from_ical(cls.raw)
        cls.events = {str(event["SUMMARY"]): event for event in cls.calendar.walk("VEVENT")}

    def test_lines_are_folded_and_end_as_the_rfc_says(self):
        lines = self.raw.split(b"\r\n")
        self.assertEqual(lines[-1], b"")
        self.assertFalse([line for line in lines if len(line) > 75 or b"\n" in line])

    def test_what_was_written_is_read(self):
        event = self.events[LONG.strip()]
        self.assertEqual(str(event["LOCATION"]), "Room 1, 2nd floor")
        self.assertEqual(str(event["DESCRIPTION"]), "One line,\nand a second; with marks\\")
        self.assertEqual(str(event["UID"]), f"{self.weekly['id']}@takt")
        self.assertEqual(event.decoded("DTSTART"), self.first.astimezone(timezone.utc))
        self.assertEqual(event.decoded("DTEND") - event.decoded("DTSTART"), timedelta(hours=1))
        self.assertEqual(str(event["ATTENDEE"]), "mailto:karl@kunde.example")
        self.assertIn("Karl", str(event["ATTENDEE"].params["CN"]))
        self.assertEqual(str(event["ORGANIZER"]), "mailto:olga@example.com")

    def test_every_time_is_at_noon_in_berlin(self):
        begun = recurring_ical_events.of(self.calendar).between(self.first, self.first + timedelta(days=60))
        times = sorted(event["DTSTART"].dt for event in begun if str(event["SUMMARY"]) != "Off")
        self.assertEqual([time.astimezone(BERLIN).strftime("%H:%M") for time in times], ["12:00"] * 3)
        expected = [(self.first + timedelta(weeks=week)).date() for week in range(3)]
        self.assertEqual([time.astimezone(BERLIN).date() for time in times], expected)
        # The clocks change between the first and the second.
        self.assertEqual(times[1] - times[0], timedelta(days=7, hours=1))

    def test_what_is_off_says_so_or_is_not_there(self):
        off = self.events.get("Off")
        self.assertTrue(off is None or str(off["STATUS"]) == "CANCELLED")


if __name__ == "__main__":
    unittest.main()
