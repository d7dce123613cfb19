"""VIP leads: scores new leads, gives the important ones to whoever has least to do, and tells the head."""

import json
from typing import Optional

from componentize_py_types import Err, Some
from wit_world import exports
from wit_world.exports import rule
from wit_world.imports import departments, leads, notifications, types, users

from score import score

CONFIG_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "department": {
            "type": "string",
            "default": "sales",
            "description": "Key of the department whose people take VIP leads.",
        },
        "amount": {
            "type": "integer",
            "default": 1000000,
            "description": "What a lead has to be worth for 50 points, in minor units.",
        },
        "sources": {
            "type": "array",
            "items": {"type": "string"},
            "default": ["referral", "partner"],
            "description": "Sources that give 30 points.",
        },
        "vip_from": {"type": "integer", "default": 70, "description": "The points that make a lead a VIP."},
    },
}

OPEN = [leads.Status.NEW, leads.Status.IN_PROGRESS, leads.Status.PROCESSING, leads.Status.WAITING]


class Rule(exports.Rule):
    def describe(self) -> rule.Manifest:
        return rule.Manifest(
            name="vip-leads",
            version="0.1.0",
            title="VIP leads",
            summary="Scores new leads, gives the important ones to whoever has least to do, and tells the head.",
            subscriptions=[
                rule.Subscription("lead.created", [], "after.status == 'new' && after.owner == null"),
            ],
            schedules=[],
            commands=[],
            config_schema=json.dumps(CONFIG_SCHEMA),
            needs=[
                rule.Need("leads:read", "To score leads, and to count what people have to do."),
                rule.Need("leads:write", "To mark a VIP lead and to give it to its owner."),
                rule.Need("users:read", "To find who is present."),
                rule.Need("departments:read", "To find the department and its head."),
                rule.Need("notifications:write", "To tell the owner and the head."),
            ],
        )

    def handle(self, context: rule.Context, trigger: rule.Trigger) -> Optional[rule.Reply]:
        try:
            if isinstance(trigger, rule.Trigger_Event):
                on_lead(trigger.value.about, json.loads(context.config))
        except Err as error:
            raise Err(failure(error.value))
        return None


def on_lead(about: types.Reference, config: dict) -> None:
    lead = find_lead(about.id)
    if lead is None or lead.owner is not None or lead.status != leads.Status.NEW:
        return
    points = score(lead, config)
    if points < config["vip_from"]:
        return
    department = departments.by_key(config["department"])
    if department is None:
        raise Err(rule.Failure_Permanent(f"there is no department `{config['department']}`"))
    head = departments.head(department.id, None)
    owner = least_busy(department.id, head)

    tags = json.dumps({"vip": True, "vip_score": points})
    changes = leads.Changes(None, None, None, None, None, tags)
    if owner is not None:
        changes.owner = Some(owner.id)
        changes.status = leads.Status.IN_PROGRESS
    leads.update(lead.id, changes)

    readers = [user.id for user in (owner, head) if user is not None]
    if readers:
        tell(lead, points, owner, readers)


def find_lead(id: str) -> Optional[leads.Lead]:
    """The lead as it stands now: it may have been deleted since."""
    try:
        return leads.get(id)
    except Err as error:
        if isinstance(error.value, types.Error_NotFound):
            return None
        raise


def least_busy(department: str, head: Optional[users.User]) -> Optional[users.User]:
    """Of who is present, the head aside, the one with the fewest open leads."""
    best, fewest, cursor = None, 0, None
    while True:
        found, cursor = users.find(users.Filter(department, None, True, True), types.Page(200, cursor))
        for user in found:
            if head is not None and user.id == head.id:
                continue
            count = leads.count(leads.Filter(OPEN, user.id, None, None, None, None))
            if best is None or count < fewest:
                best, fewest = user, count
        if cursor is None:
            return best


def tell(lead: leads.Lead, points: int, owner: Optional[users.User], readers: list[str]) -> None:
    english = f"{owner.name} takes care of it." if owner else "Nobody is there to take it."
    russian = f"Им займётся {owner.name}." if owner else "Взять его некому."
    notifications.notify(
        notifications.Draft(
            to=readers,
            title=[("en", "A VIP lead has come in"), ("ru", "Пришёл VIP-лид")],
            body=[
                ("en", f"“{lead.title}” scores {points} of 100. {english}"),
                ("ru", f"«{lead.title}»: {points} из 100. {russian}"),
            ],
            about=types.Reference("lead", lead.id),
            buttons=[],
            key=f"vip:{lead.id}",
        )
    )


def failure(error) -> rule.Failure:
    """What the run ends with: only what may pass by itself is tried again."""
    if isinstance(error, (rule.Failure_Retry, rule.Failure_Refused, rule.Failure_Permanent)):
        return error
    if isinstance(error, types.Error_Other):
        return rule.Failure_Retry(None)
    return rule.Failure_Permanent(f"the host refused: {error}")
