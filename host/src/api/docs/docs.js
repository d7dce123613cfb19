// Shows /api/openapi.json: operations by tag, with parameters, bodies, answers, and the schemas they name.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];

function make(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) element.setAttribute(key, value);
  for (const child of children.flat()) if (child !== null && child !== undefined) element.append(child);
  return element;
}

// `code`, **strong** and paragraphs: all that the descriptions use.
function prose(text) {
  return (text || "").split(/\n\n+/).filter(Boolean).map((paragraph) => {
    const parts = paragraph.split(/(`[^`]*`|\*\*[^*]*\*\*)/).map((part) => {
      if (part.startsWith("`")) return make("code", {}, part.slice(1, -1));
      if (part.startsWith("**")) return make("strong", {}, part.slice(2, -2));
      return part;
    });
    return make("p", {}, parts);
  });
}

function nameOf(schema) {
  return schema.$ref ? schema.$ref.split("/").pop() : null;
}

// A schema in a few words; named ones are links.
function brief(schema) {
  if (!schema) return ["anything"];
  const name = nameOf(schema);
  if (name) return [make("a", { href: "#schema-" + name }, name)];
  const either = schema.oneOf || schema.anyOf;
  if (either) return either.flatMap((one, at) => (at ? [" or ", ...brief(one)] : brief(one)));
  if (schema.allOf) return schema.allOf.flatMap((one, at) => (at ? [" with ", ...brief(one)] : brief(one)));
  if (schema.enum) return [schema.enum.map((value) => JSON.stringify(value)).join(" | ")];
  const type = [schema.type].flat().filter(Boolean).join(" or ") || "anything";
  if (schema.type === "array") return ["list of ", ...brief(schema.items)];
  return [schema.format ? `${type} (${schema.format})` : type];
}

// An example value, made from the schema.
function example(all, schema, depth = 0) {
  if (!schema || depth > 4) return null;
  if (schema.example !== undefined) return schema.example;
  if (schema.examples && schema.examples.length) return schema.examples[0];
  if (schema.default !== undefined) return schema.default;
  const name = nameOf(schema);
  if (name) return example(all, all[name], depth + 1);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((one) => example(all, one, depth + 1)));
  const either = schema.oneOf || schema.anyOf;
  if (either) return example(all, either.find((one) => one.type !== "null") || either[0], depth + 1);
  if (schema.enum) return schema.enum[0];
  const type = [schema.type].flat().find((one) => one && one !== "null");
  if (type === "array") return [example(all, schema.items, depth + 1)].filter((one) => one !== null);
  if (type === "integer" || type === "number") return 0;
  if (type === "boolean") return true;
  if (type === "string") {
    if (schema.format === "uuid") return "01920000-0000-7000-8000-000000000000";
    return schema.format === "date-time" ? "2026-03-30T09:00:00Z" : "…";
  }
  const members = Object.entries(schema.properties || {});
  const wanted = schema.required ? members.filter(([key]) => schema.required.includes(key)) : members;
  return Object.fromEntries(wanted.map(([key, member]) => [key, example(all, member, depth + 1)]));
}

function table(heads, rows) {
  const head = make("tr", {}, heads.map((text) => make("th", { scope: "col" }, text)));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, rows));
}

function row(...cells) {
  return make("tr", {}, cells.map((cell) => make("td", {}, cell)));
}

function content(all, title, description, media) {
  const parts = [];
  for (const [type, { schema }] of Object.entries(media || {})) {
    parts.push(make("p", {}, make("code", {}, type), " ", brief(schema)));
    const shown = example(all, schema);
    if (shown !== null && typeof shown === "object" && type.includes("json")) {
      parts.push(make("details", {}, make("summary", {}, "Example"), make("pre", {}, JSON.stringify(shown, null, 2))));
    }
  }
  return [make("h4", {}, title, description ? ": " + description : ""), ...parts];
}

function operation(all, path, method, op) {
  const id = "op-" + (op.operationId || method + path);
  const parameters = (op.parameters || []).map((parameter) =>
    row(make("code", {}, parameter.name), parameter.in + (parameter.required ? ", required" : ""), brief(parameter.schema), parameter.description || ""));
  const article = make("article", { id },
    make("h3", {}, make("span", { class: "method" }, method.toUpperCase()), path),
    prose(op.summary), prose(op.description));
  if (parameters.length) article.append(make("h4", {}, "Parameters"), table(["Name", "In", "Type", "What"], parameters));
  if (op.requestBody) article.append(...content(all, "Body", op.requestBody.description, op.requestBody.content));
  for (const [status, answer] of Object.entries(op.responses || {})) {
    if (!answer.$ref) article.append(...content(all, status, answer.description, answer.content));
  }
  const problems = Object.entries(op.responses || {}).filter(([, answer]) => answer.$ref);
  if (problems.length) {
    const links = problems.map(([status, answer]) => [make("a", { href: "#" + nameOf(answer) }, status), " "]);
    article.append(make("p", {}, "Problems: ", links.flat()));
  }
  article.dataset.words = [path, method, op.operationId, op.summary, op.description].join(" ").toLowerCase();
  return [id, article];
}

function schemaArticle(name, schema) {
  const article = make("article", { id: "schema-" + name }, make("h3", {}, name), prose(schema.description));
  const members = Object.entries(schema.properties || {});
  if (members.length) {
    const required = schema.required || [];
    article.append(table(["Field", "Type", "What"], members.map(([key, member]) =>
      row(make("code", {}, key), [...brief(member), required.includes(key) ? ", required" : ""], prose(member.description)))));
  } else {
    article.append(make("p", {}, brief(schema)));
  }
  article.dataset.words = name.toLowerCase();
  return article;
}

function show(api) {
  const all = (api.components && api.components.schemas) || {};
  document.getElementById("version").textContent = api.info.version;
  const tags = new Map();
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of METHODS.filter((method) => item[method])) {
      const tag = (item[method].tags || ["other"])[0];
      if (!tags.has(tag)) tags.set(tag, []);
      tags.get(tag).push([path, method, item[method]]);
    }
  }
  const main = document.getElementById("main");
  const contents = document.getElementById("contents");
  main.replaceChildren(make("section", {}, prose(api.info.description)));
  for (const [tag, operations] of tags) {
    const section = make("section", {}, make("h2", {}, tag));
    const list = make("ul", {});
    for (const [path, method, op] of operations) {
      const [id, article] = operation(all, path, method, op);
      section.append(article);
      const link = make("li", {}, make("a", { href: "#" + id }, method.toUpperCase() + " " + path));
      link.dataset.words = article.dataset.words;
      list.append(link);
    }
    main.append(section);
    contents.append(make("h2", {}, tag), list);
  }
  const problems = Object.entries((api.components && api.components.responses) || {});
  main.append(make("section", {}, make("h2", {}, "Problems"), problems.map(([name, problem]) => {
    const article = make("article", { id: name }, make("h3", {}, name.replace("Problem", "")), prose(problem.description));
    article.dataset.words = (name + " " + problem.description).toLowerCase();
    return article;
  })));
  const names = Object.keys(all).sort();
  main.append(make("section", {}, make("h2", {}, "Schemas"), names.map((name) => schemaArticle(name, all[name]))));
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

document.getElementById("find").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const element of document.querySelectorAll("[data-words]")) {
    element.hidden = !words.every((word) => element.dataset.words.includes(word));
  }
});

fetch("/api/openapi.json")
  .then((response) => (response.ok ? response.json() : Promise.reject(new Error("status " + response.status))))
  .then(show)
  .catch((error) => {
    document.getElementById("main").replaceChildren(make("p", {}, "The description can't be read: " + error.message));
  });
