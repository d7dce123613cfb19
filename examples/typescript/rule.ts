// VIP leads: scores new leads, gives the important ones to whoever has least to do, and tells the head.

import * as departments from "takt:crm/departments@0.1.1";
import * as leads from "takt:crm/leads@0.1.1";
import * as notifications from "takt:crm/notifications@0.1.1";
import type { Context, Failure, Manifest, Reply, Trigger } from "takt:crm/rule@0.1.1";
import type { Error as HostError, Reference } from "takt:crm/types@0.1.1";
import * as users from "takt:crm/users@0.1.1";

import { score, type Config } from "./score";

const configSchema = {
  type: "object",
  additionalProperties: false,
  properties: {
    department: {
      type: "string",
      default: "sales",
      description: "Key of the department whose people take VIP leads.",
    },
    amount: {
      type: "integer",
      default: 1_000_000,
      description: "What a lead has to be worth for 50 points, in minor units.",
    },
    sources: {
      type: "array",
      items: { type: "string" },
      default: ["referral", "partner"],
      description: "Sources that give 30 points.",
    },
    vip_from: { type: "integer", default: 70, description: "The points that make a lead a VIP." },
  },
};

const open: leads.Status[] = ["new", "in-progress", "processing", "waiting"];

/** The contract's `rule`, which the component exports. */
export const rule = { describe, handle };

function describe(): Manifest {
  return {
    name: "vip-leads",
    version: "0.1.0",
    title: "VIP leads",
    summary: "Scores new leads, gives the important ones to whoever has least to do, and tells the head.",
    subscriptions: [{ event: "lead.created", changed: [], when: "after.status == 'new' && after.owner == null" }],
    schedules: [],
    commands: [],
    configSchema: JSON.stringify(configSchema),
    needs: [
      { capability: "leads:read", reason: "To score leads, and to count what people have to do." },
      { capability: "leads:write", reason: "To mark a VIP lead and to give it to its owner." },
      { capability: "users:read", reason: "To find who is present." },
      { capability: "departments:read", reason: "To find the department and its head." },
      { capability: "notifications:write", reason: "To tell the owner and the head." },
    ],
  };
}

function handle(context: Context, trigger: Trigger): Reply | undefined {
  try {
    if (trigger.tag === "event") onLead(trigger.val.about, JSON.parse(context.config));
  } catch (error) {
    throw failure(error);
  }
  return undefined;
}

function onLead(about: Reference, config: Config): void {
  const lead = findLead(about.id);
  if (!lead || lead.owner !== undefined || lead.status !== "new") return;
  const points = score(lead, config);
  if (points < config.vip_from) return;
  const department = departments.byKey(config.department);
  if (!department) throw permanent(`there is no department \`${config.department}\``);
  const head = departments.head(department.id, undefined);
  const owner = leastBusy(department.id, head);

  leads.update(lead.id, {
    custom: JSON.stringify({ vip: true, vip_score: points }),
    owner: owner ? { tag: "some", val: owner.id } : { tag: "none" },
    status: owner ? "in-progress" : undefined,
    resumeAt: { tag: "none" },
    rejectReason: { tag: "none" },
  });

  const readers = [owner, head].flatMap((user) => (user ? [user.id] : []));
  if (readers.length > 0) tell(lead, points, owner, readers);
}

/** The lead as it stands now: it may have been deleted since. */
function findLead(id: string): leads.Lead | undefined {
  try {
    return leads.get(id);
  } catch (error) {
    if (told(error)?.tag === "not-found") return undefined;
    throw error;
  }
}

/** Of who is present, the head aside, the one with the fewest open leads. */
function leastBusy(department: string, head: users.User | undefined): users.User | undefined {
  let best: { user: users.User; count: bigint } | undefined;
  let cursor: string | undefined;
  do {
    const [found, next] = users.find({ department, active: true, present: true }, { limit: 200, cursor });
    for (const user of found) {
      if (user.id === head?.id) continue;
      const count = leads.count({ status: open, owner: user.id });
      if (!best || count < best.count) best = { user, count };
    }
    cursor = next;
  } while (cursor !== undefined);
  return best?.user;
}

function tell(lead: leads.Lead, points: number, owner: users.User | undefined, readers: string[]): void {
  const english = owner ? `${owner.name} takes care of it.` : "Nobody is there to take it.";
  const russian = owner ? `Им займётся ${owner.name}.` : "Взять его некому.";
  notifications.notify({
    to: readers,
    title: [
      ["en", "A VIP lead has come in"],
      ["ru", "Пришёл VIP-лид"],
    ],
    body: [
      ["en", `“${lead.title}” scores ${points} of 100. ${english}`],
      ["ru", `«${lead.title}»: ${points} из 100. ${russian}`],
    ],
    about: { kind: "lead", id: lead.id },
    buttons: [],
    key: `vip:${lead.id}`,
  });
}

function permanent(why: string): Failure {
  return { tag: "permanent", val: why };
}

/** What the host answered, where that is what was thrown. */
function told(error: unknown): HostError | undefined {
  return (error as { payload?: HostError }).payload;
}

/** What the run ends with: only what may pass by itself is tried again. */
function failure(error: unknown): unknown {
  const refused = told(error);
  if (!refused) return error;
  if (refused.tag === "other") return { tag: "retry", val: undefined } satisfies Failure;
  return permanent(`the host refused: ${JSON.stringify(refused)}`);
}
