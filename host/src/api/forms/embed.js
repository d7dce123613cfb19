(form) => {
  "use strict";
  const script = document.currentScript;
  const target = script.src.replace(/\/embed\.js(\?.*)?$/, "");
  const make = (tag, attributes, ...children) => {
    const node = Object.assign(document.createElement(tag), attributes);
    node.append(...children);
    return node;
  };

  // The page's own form where `data-form` names one, else one made here.
  const own = script.dataset.form && document.querySelector(script.dataset.form);
  const field = (it) => {
    const tag = it.to === "message" ? "textarea" : "input";
    const input = make(tag, { name: it.name, required: it.required });
    const types = { email: "email", phone: "tel" };
    if (tag === "input") input.type = types[it.to] || "text";
    return make("label", { className: "takt-field" }, it.label, input);
  };
  const trap = (name) => {
    const input = make("input", { name, tabIndex: -1, autocomplete: "off" });
    const box = make("div", { ariaHidden: "true" }, input);
    Object.assign(box.style, { position: "absolute", left: "-10000px" });
    return box;
  };
  const agree = (it) => {
    const box = make("input", { type: "checkbox", name: it.name, value: "yes", required: it.required });
    return make("label", { className: "takt-consent" }, box, it.text);
  };
  const said = make("p", { className: "takt-said", role: "status" });
  const node = own || make("form", { className: "takt-form" }, ...form.fields.map(field));
  if (!own) {
    if (form.consent) node.append(agree(form.consent));
    node.append(make("button", { type: "submit" }, form.button));
    script.before(node);
  }
  if (form.honeypot && !node.elements.namedItem(form.honeypot)) node.append(trap(form.honeypot));
  node.append(said);

  // The same post sent twice makes one lead: it bears the same key.
  let last, key;
  const keyOf = (body) => {
    if (body !== last) {
      last = body;
      key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
    }
    return key;
  };
  const filled = () => {
    const data = {};
    for (const [name, value] of new URLSearchParams(location.search)) {
      if (name.startsWith("utm_")) data[name] = value;
    }
    for (const [name, value] of new FormData(node)) {
      if (typeof value === "string") data[name] = name in data ? [].concat(data[name], value) : value;
    }
    return JSON.stringify(data);
  };
  const refuse = (problem) => {
    for (const error of problem.errors || []) {
      const input = node.elements.namedItem(error.field.slice(1));
      if (input && input.setCustomValidity) input.setCustomValidity(error.message);
    }
    if (!node.reportValidity()) return;
    said.textContent = problem.detail;
  };
  node.addEventListener("input", (event) => event.target.setCustomValidity && event.target.setCustomValidity(""));
  node.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = filled();
    said.textContent = "…";
    try {
      const answer = await fetch(target, {
        method: "POST",
        headers: { "Content-Type": "application/json", "Idempotency-Key": keyOf(body) },
        body,
        credentials: "omit",
      });
      said.textContent = "";
      if (!answer.ok) return refuse(await answer.json());
      if (form.redirect) return location.assign(form.redirect);
      node.reset();
      said.textContent = form.thanks;
    } catch (error) {
      said.textContent = String(error.message || error);
    }
  });
}
