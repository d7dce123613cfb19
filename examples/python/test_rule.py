"""Tries the rule without WebAssembly: the host's functions are replaced."""

import json
import unittest
from types import SimpleNamespace as Some
from unittest.mock import patch

import rule
from componentize_py_types import Err
from wit_world.exports import rule as contract
from wit_world.imports import types

DEFAULTS = {key: field["default"] for key, field in rule.CONFIG_SCHEMA["properties"].items()}


def lead(**fields):
    plain = dict(id="l1", title="Chairs", owner=None, amount=None, source=None, company_name=None)
    return Some(**{**plain, "status": rule.leads.Status.NEW, **fields})


def user(id, name):
    return Some(id=id, name=name)


class VipLeads(unittest.TestCase):
    def setUp(self):
        self.lead = lead(amount=types.Money(2_000_000, "EUR"), company_name="Keller")
        self.people = [user("eve", "Eve"), user("ann", "Ann"), user("bob", "Bob")]
        self.busy = {"eve": 0, "ann": 3, "bob": 1}
        self.changes, self.notices = [], []
        for target, does in {
            "leads.get": lambda id: self.lead,
            "leads.count": lambda filter: self.busy[filter.owner],
            "leads.update": lambda id, changes: self.changes.append(changes),
            "departments.by_key": lambda key: Some(id="d1") if key == "sales" else None,
            "departments.head": lambda department, but: self.people[0],
            "users.find": lambda filter, page: (self.people, None),
            "notifications.notify": self.notices.append,
        }.items():
            patched = patch(f"rule.{target}", does)
            patched.start()
            self.addCleanup(patched.stop)

    def run_rule(self, config=DEFAULTS):
        event = Some(about=types.Reference("lead", "l1"))
        rule.Rule().handle(Some(config=json.dumps(config)), contract.Trigger_Event(event))

    def test_a_vip_lead_goes_to_the_least_busy_and_the_head_is_told(self):
        self.run_rule()
        self.assertEqual(self.changes[0].owner.value, "bob")
        self.assertEqual(json.loads(self.changes[0].custom), {"vip": True, "vip_score": 70})
        self.assertEqual(self.notices[0].to, ["bob", "eve"])
        self.assertIn("Bob takes care of it.", dict(self.notices[0].body)["en"])

    def test_others_are_left_alone(self):
        for plain in [lead(amount=types.Money(2_000_000, "EUR")), lead(source="referral", company_name="Keller")]:
            self.lead = plain
            self.run_rule()
        self.assertEqual((self.changes, self.notices), ([], []))

    def test_nobody_is_there(self):
        self.people = [user("eve", "Eve")]
        self.run_rule()
        self.assertIsNone(self.changes[0].owner)
        self.assertEqual(self.notices[0].to, ["eve"])

    def test_a_department_that_there_is_not(self):
        with self.assertRaises(Err) as raised:
            self.run_rule({**DEFAULTS, "department": "moon"})
        self.assertIsInstance(raised.exception.value, contract.Failure_Permanent)


if __name__ == "__main__":
    unittest.main()
