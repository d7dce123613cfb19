// Tries the rule without WebAssembly: `bundle.mjs` puts `globalThis.host` in the place of the host's functions.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import type { Context, Event } from "takt:crm/rule@0.1.1";

import { rule } from "./rule";

const defaults = Object.fromEntries(
  Object.entries<{ default: unknown }>(JSON.parse(rule.describe().configSchema).properties).map(
    ([key, field]) => [key, field.default],
  ),
);
const vip = { id: "l1", title: "Chairs", status: "new", amount: { minor: 2_000_000n }, companyName: "Keller" };
const eve = { id: "eve", name: "Eve" };

let lead: object;
let people: { id: string; name: string }[];
let changes: any[];
let notices: any[];

beforeEach(() => {
  [lead, people, changes, notices] = [vip, [eve, { id: "ann", name: "Ann" }, { id: "bob", name: "Bob" }], [], []];
  const busy: Record<string, bigint> = { eve: 0n, ann: 3n, bob: 1n };
  Object.assign(globalThis, {
    host: {
      leads: {
        get: () => lead,
        count: (filter: { owner: string }) => busy[filter.owner],
        update: (_id: string, change: object) => changes.push(change),
      },
      departments: { byKey: (key: string) => (key === "sales" ? { id: "d1" } : undefined), head: () => eve },
      users: { find: () => [people, undefined] },
      notifications: { notify: (draft: object) => notices.push(draft) },
    },
  });
});

function run(config: object = defaults) {
  const event = { about: { kind: "lead", id: "l1" } } as Event;
  rule.handle({ config: JSON.stringify(config) } as Context, { tag: "event", val: event });
}

test("a VIP lead goes to the least busy, and the head is told", () => {
  run();
  assert.deepEqual(changes[0].owner, { tag: "some", val: "bob" });
  assert.deepEqual(JSON.parse(changes[0].custom), { vip: true, vip_score: 70 });
  assert.deepEqual(notices[0].to, ["bob", "eve"]);
  assert.match(notices[0].body[0][1], /Bob takes care of it\./);
});

test("others are left alone", () => {
  for (const plain of [{ ...vip, companyName: undefined }, { ...vip, amount: undefined, source: "referral" }]) {
    lead = plain;
    run();
  }
  assert.deepEqual([changes, notices], [[], []]);
});

test("nobody is there", () => {
  people = [eve];
  run();
  assert.deepEqual(changes[0].owner, { tag: "none" });
  assert.deepEqual(notices[0].to, ["eve"]);
});

test("a department that there is not", () => {
  const wrong = { ...defaults, department: "moon" };
  assert.throws(() => run(wrong), { tag: "permanent", val: "there is no department `moon`" });
});
