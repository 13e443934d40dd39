// The list of prompts: its items, groups, filters and orders.

const isChanged = (prompt) => prompt.change !== null;
const FLAGS = [
  ["changed", "Changed", isChanged],
  ["exported", "Exported", (prompt) => prompt.is_exported || prompt.exported_as.length > 0],
  ["values", "Run-time values", (prompt) => prompt.variables.length > 0],
  ["hidden", "Hidden text", (prompt) => prompt.hidden.length > 0],
];
const SIZES = {
  "": ["All", () => true],
  short: ["Under 500 tokens", (count) => count < 500],
  middle: ["500 to 2,000", (count) => count >= 500 && count < 2000],
  long: ["2,000 to 8,000", (count) => count >= 2000 && count < 8000],
  huge: ["8,000 and more", (count) => count >= 8000],
};
const ORDERS = {
  name: ["Name", (a, b) => a.place - b.place],
  longest: ["Longest first", (a, b) => b.prompt.tokens - a.prompt.tokens],
  shortest: ["Shortest first", (a, b) => a.prompt.tokens - b.prompt.tokens],
};
const items = data.prompts.map((prompt, place) => ({ prompt, place, ...listItem(prompt) }));
const itemOf = new Map(items.map((item) => [item.prompt, item]));
let shownItems = items;
let groups = [];
let arrangedBy = "";

function listItem(prompt) {
  const name = prompt.name.replace(/^exported:/, "");
  const at = name.lastIndexOf("/") + 1;
  const found = el("span", { className: "found", hidden: true });
  const link = el("a", { href: promptHash(prompt) },
    el("span", { className: "name" },
      el("span", {}, name.slice(0, at)), name.slice(at)),
    el("span", { className: "info" },
      el("span", {}, prompt.type || "removed"),
      prompt.change?.kind === "removed" ? null : el("span", {}, `${tokens(prompt.tokens)} tokens`),
      prompt.change ? badge(prompt.change.kind, prompt.change.kind) : null,
      prompt.hidden.length ? badge("hidden text", "warn") : null),
    found);
  const head = [prompt.name, prompt.type, prompt.description,
    ...filesOf(prompt).map((file) => data.files[file].path)].join("\n").toLowerCase();
  return { link, found, element: el("li", {}, link), head };
}

/** Put the list into an order; that of names has groups. */
function arrange(order) {
  const found = new Map();
  for (const item of [...items].sort(ORDERS[order][1])) {
    const title = order === "name" ? groupOf(item.prompt) : "";
    if (!found.has(title)) found.set(title, []);
    found.get(title).push(item);
  }
  groups = [...found].map(([title, members]) => ({
    items: members,
    element: el("section", {}, title ? el("h2", {}, title) : null,
      el("ul", { "aria-label": title || "Prompts" }, members.map((item) => item.element))),
  }));
  byId("list").replaceChildren(...groups.map((group) => group.element));
  arrangedBy = order;
}

function groupOf(prompt) {
  if (data.comparison && prompt.change) return "Changes";
  if (prompt.is_exported) return "For coding agents";
  return prompt.type === "file" ? "Files of skills" : `${prompt.type}s`;
}

function fillFilters() {
  const types = [...new Set(data.prompts.map((each) => each.type))].filter(Boolean).sort();
  byId("type").append(el("option", { value: "" }, "All"),
    ...types.map((type) => el("option", { value: type }, type)));
  for (const [id, choices] of [["size", SIZES], ["order", ORDERS]]) {
    byId(id).append(...Object.entries(choices).map(([value, [title]]) => el("option", { value }, title)));
  }
  for (const [name, title, test] of FLAGS) {
    if (!data.prompts.some(test)) continue;
    const button = el("button", { type: "button", id: `only-${name}`, "aria-pressed": "false" }, title);
    button.addEventListener("click", () => {
      button.ariaPressed = String(button.ariaPressed !== "true");
      search();
    });
    byId("flags").append(button);
  }
  byId("search").addEventListener("input", search);
  for (const id of ["type", "size", "order"]) byId(id).addEventListener("change", search);
}
