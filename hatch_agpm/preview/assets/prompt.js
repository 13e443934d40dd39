// The views of a prompt.

const TABS = [
  ["text", "Source and text", textView, (prompt) => textOf(prompt) !== null],
  ["fill", "Run-time values", fillView, (prompt) => prompt.filling !== null],
  ["changes", "Changes", changesView, isChanged],
  ["files", "Files", filesView, (prompt) => prompt.tops.length > 0],
  ["details", "Details", detailsView, (prompt) => prompt.change?.kind !== "removed"],
];
/** How deep lists of files are nested; what is below is beside the last one. */
const DEEPEST = 100;

let tab = data.comparison ? "changes" : "text";
let current = null;

function openPrompt(prompt) {
  current = prompt;
  const tabs = TABS.filter(([, , , test]) => test(prompt));
  const list = el("div", { role: "tablist", "aria-label": "Views" });
  const panel = el("div", { role: "tabpanel", id: "panel", tabIndex: -1 });
  const open = ([name, , view], button) => {
    for (const each of list.children) {
      each.ariaSelected = String(each === button);
      each.tabIndex = each === button ? 0 : -1;
    }
    panel.setAttribute("aria-labelledby", button.id);
    panel.replaceChildren(...view(prompt));
    panel.dataset.view = name;
  };
  list.append(...tabs.map((each) => {
    const [name, title] = each;
    const count = name === "fill" ? ` (${prompt.variables.length})` : "";
    const button = el("button", { type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "panel" }, title + count);
    button.addEventListener("click", () => { tab = name; open(each, button); });
    return button;
  }));
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = [...list.children].indexOf(document.activeElement);
    const button = list.children[(at + step + list.children.length) % list.children.length];
    button.focus();
    button.click();
    event.preventDefault();
  });
  showMain(prompt.name, headOf(prompt), ...hiddenView(prompt), ...tokensView(prompt), list, panel);
  const chosen = Math.max(0, tabs.findIndex(([name]) => name === tab));
  open(tabs[chosen], list.children[chosen]);
}

function showMain(title, ...children) {
  byId("main").replaceChildren(...children);
  byId("main").scrollTop = 0;
  document.title = title ? `${title} \u2013 ${data.title}` : data.title;
  for (const { link, prompt } of items) {
    if (prompt === current) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function headOf(prompt) {
  const facts = [prompt.type, prompt.tool].filter(Boolean).map((each) => badge(each));
  if (prompt.is_exported) facts.push(badge("for coding agents"));
  if (prompt.exported_as.length) facts.push(badge("exported"));
  if (prompt.change) facts.push(badge(prompt.change.kind, prompt.change.kind));
  return el("div", {},
    titled(heading(prompt.name), facts),
    prompt.description ? el("p", { className: "lead" }, prompt.description) : null);
}

function hiddenView(prompt) {
  if (!prompt.hidden.length) return [];
  return [el("div", { className: "warning", role: "note", "aria-label": "Hidden text" },
    el("h3", {}, "Text that a model reads and that is not displayed"),
    bulleted(prompt.hidden.map((each) => [
      `line ${each.line}, column ${each.column}: ${plural([...each.characters].length, each.kind)}: `,
      el("code", {}, ...visible(each.says))])))];
}

function tokensView(prompt) {
  if (!prompt.tokens) return [];
  const colour = colours(prompt);
  const part = (each) => el("span", {
    file: colour.get(each.file) ?? 0,
    style: { flexGrow: Math.max(each.tokens, 1) },
    title: `${each.file < 0 ? "" : data.files[each.file].path}: ${tokens(each.tokens)} tokens`,
  });
  const share = Math.round((100 * prompt.cached) / prompt.tokens);
  const figures = [el("span", {}, el("b", {}, tokens(prompt.tokens)), ` tokens (${data.counted_by})`)];
  const parts = prompt.parts.length ? prompt.parts : [{ file: -1, tokens: prompt.tokens }];
  const counts = prompt.parts.map((each) => `${data.files[each.file].path}: ${each.tokens}`);
  const bar = [el("div", { className: "bar" }, parts.map(part))];
  if (prompt.filling) {
    figures.push(el("span", {}, el("b", {}, tokens(prompt.cached)),
      ` before the first run-time value (${share} %), which a cache keeps`));
    bar.push(el("div", { className: "prefix", style: { width: `${share}%` } }));
  }
  figures.push(el("span", {}, el("b", {}, number.format(prompt.size)), " bytes"));
  return [el("div", { className: "tokens" }, el("div", { className: "figures" }, figures),
    el("div", { role: "img", "aria-label": `Tokens by part. ${counts.join(", ")}` }, bar))];
}

function textView(prompt) {
  const colour = colours(prompt);
  const known = filesOf(prompt).filter((file) => data.files[file].text !== null);
  const isTraced = prompt.origins.length > 0;
  const choice = el("select", { "aria-label": "File" },
    known.map((file) => el("option", { value: String(file) }, data.files[file].path)));
  const source = linesBox("Source");
  const showSource = (file, line = 0) => {
    choice.value = String(file);
    showRows(source, sourceRows(file, colour.get(file) ?? 0));
    source.scrollTop = 0;
    if (line) goToLine(source, line);
  };
  choice.addEventListener("change", () => showSource(Number(choice.value)));
  const text = linesBox("Text");
  showRows(text, textRows(prompt, showSource));
  const title = prompt.variables.length ? "with run-time values to fill in" : "as in the wheel";
  const panes = el("div", { className: isTraced ? "panes" : "panes one" });
  if (isTraced) {
    panes.append(el("div", { className: "pane" },
      el("div", { className: "head" }, el("h3", {}, "Source"), choice), source));
    showSource(known.includes(prompt.template) ? prompt.template : known[0]);
  }
  panes.append(pane(["Text ", el("small", {}, title)], text));
  return [colour.size > 1 ? legend(prompt, colour) : null, panes].filter(Boolean);
}

function legend(prompt, colour) {
  const lines = new Map();
  for (const each of prompt.origins) lines.set(each.file, (lines.get(each.file) || 0) + each.count);
  return el("ul", { className: "legend", "aria-label": "Files of the lines" },
    [...colour].filter(([file]) => lines.has(file)).map(([file, at]) => el("li", { file: at },
      el("i", {}), fileLink(file), ` ${plural(lines.get(file), "line")}`)));
}

function filesView(prompt) {
  const others = (prompt.template < 0 ? [] : usersOf(prompt.template)).filter((each) => each !== prompt);
  const section = (title, list) => el("section", { className: "files" }, el("h3", {}, title), list);
  return [section("Made of", fileTree(prompt)),
    ...(others.length ? [section(`Its template is also in ${plural(others.length, "text")}`, promptList(others))] : [])];
}

/** Return the files of a prompt as nested lists, each with its own files once. */
function fileTree(prompt) {
  const done = new Set();
  const list = el("ul", {});
  const waiting = prompt.tops.map((top) => [top, list, 1]).reverse();
  while (waiting.length) {
    const [node, into, depth] = waiting.pop();
    const [file, below] = data.nodes[node];
    const again = done.has(node) && below.length > 0;
    done.add(node);
    const item = el("li", {}, fileLink(file), again ? " (as above)" : "");
    into.append(item);
    if (again || !below.length) continue;
    // Browsers cannot show lists of any depth.
    const inner = depth < DEEPEST ? el("ul", {}) : into;
    if (inner !== into) item.append(inner);
    for (const each of [...below].reverse()) waiting.push([each, inner, depth + 1]);
  }
  return list;
}

function detailsView(prompt) {
  const facts = [
    ["Type", prompt.type], ["Tool", prompt.tool], ["Installed as", prompt.install_path],
    ["Template", prompt.template < 0 ? null : data.files[prompt.template].path],
    ["Size", `${number.format(prompt.size)} bytes`],
    ["Exported as", prompt.exported_as.join("\n")],
  ];
  const parts = [factList(facts.filter(([, value]) => value))];
  for (const [title, values] of [["Metadata", prompt.metadata], ["Values of the build", prompt.values]]) {
    const entries = Object.entries(values);
    if (entries.length) parts.push(el("h3", {}, title), factList(entries));
  }
  return parts;
}

function factList(entries) {
  return el("dl", { className: "facts" }, entries.flatMap(([name, value]) => [
    el("dt", {}, ...visible(name)), el("dd", {}, valueView(value)),
  ]));
}

/** Return a value of JSON as nested lists. */
function valueView(value) {
  if (Array.isArray(value)) return bulleted(value.map(valueView));
  if (value !== null && typeof value === "object") return factList(Object.entries(value));
  return visible(typeof value === "string" ? value : JSON.stringify(value));
}
