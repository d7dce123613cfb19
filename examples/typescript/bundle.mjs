// node bundle.mjs rule|test WIT: makes out/rule.js and, of it, rule.wasm; or out/test.js, on a host in memory.

import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";

import { componentize } from "@bytecodealliance/componentize-js";
import { rolldown } from "rolldown";

const [, , what, wit] = process.argv;

/** Each imported interface is `globalThis.host.NAME`, looked up at each call. */
const memory = {
  name: "host-in-memory",
  resolveId: (id) => (id.startsWith("takt:") ? id : undefined),
  load(id) {
    const name = /^takt:crm\/(.*)@/.exec(id)?.[1];
    const ask = (call) => `export const ${call} = (...given) => host.${name}.${call}(...given);`;
    return name && ["get", "find", "count", "update", "byKey", "head", "notify"].map(ask).join("\n");
  },
};

if (what === "test") {
  await bundle("rule.test.ts", "out/test.js", { external: /^node:/, plugins: [memory] });
} else {
  await bundle("rule.ts", "out/rule.js", { external: /^takt:/ });
  const { component } = await componentize({
    sourcePath: resolve("out/rule.js"),
    witPath: resolve(wit),
    worldName: "plugin",
    disableFeatures: ["http", "fetch-event"],
  });
  await writeFile("rule.wasm", component);
}

async function bundle(input, file, options) {
  const made = await rolldown({ input, ...options });
  await made.write({ file, format: "esm" });
  await made.close();
}
