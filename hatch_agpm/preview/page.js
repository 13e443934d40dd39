"use strict";

// Every text of a prompt is set as text of an element or as a value: nothing here makes
// HTML of a string, and the policy of the page forbids it.

const data = JSON.parse(document.getElementById("data").textContent);
const CHUNK = 200;
const SILENT = "hatch-agpm does not answer; load the page again, or start the command again";
const SLICE = 12;
const TAG = /\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}/g;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/u;
const CHARACTER = /\u{1f3f4}[\u{e0030}-\u{e007a}]+\u{e007f}|./gsu;  // the flag of a region is one
const number = new Intl.NumberFormat("en");
const estimate = data.counted_by === "o200k_base" ? "" : "~";

const byId = (id) => document.getElementById(id);
const tokens = (count) => `${estimate}${number.format(count)}`;
const plural = (count, word) => `${number.format(count)} ${word}${count === 1 ? "" : "s"}`;

/** Return a new element; strings among the children become texts. */
function el(tag, properties, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (name === "file") made.style.setProperty("--file", `var(--f${value})`);
    else if (name === "style") Object.assign(made.style, value);
    else if (name in made && !name.startsWith("aria")) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

function badge(text, kind = "") {
  return el("span", { className: `badge ${kind}` }, text);
}

/* --- texts ------------------------------------------------------------------------ */

const fileLines = new Map();
const texts = new Map();

function linesOf(file) {
  if (!fileLines.has(file)) fileLines.set(file, data.files[file].text.split("\n"));
  return fileLines.get(file);
}

/** Return the text of a prompt: lines that a file has are in the page once. */
function textOf(prompt) {
  if (!texts.has(prompt)) texts.set(prompt, prompt.text ?? assembled(prompt));
  return texts.get(prompt);
}

function assembled(prompt) {
  if (!prompt.printed_lines) return null;
  const printed = prompt.printed_lines.values();
  const lines = prompt.origins.flatMap((each) =>
    each.is_printed
      ? Array.from({ length: each.count }, () => printed.next().value)
      : linesOf(each.file).slice(each.source_line - 1, each.source_line - 1 + each.count));
  return lines.join("\n");
}

/** Return the number of the colour of a file in the view of a prompt. */
function colours(prompt) {
  const found = new Map([[prompt.template, 1]]);
  for (const { file } of prompt.origins) {
    if (!found.has(file)) found.set(file, 2 + ((found.size - 1) % 8));
  }
  return found;
}

const fileHash = (file, line) => `#file-${encoded(data.files[file].path)}${line ? `:${line}` : ""}`;
const promptHash = (prompt) => `#prompt-${encoded(prompt.name)}`;
const encoded = (name) => encodeURIComponent(name).replaceAll("%2F", "/");

function shortPath(path) {
  const parts = path.split("/");
  return parts.length > 2 ? `\u2026/${parts.slice(-2).join("/")}` : path;
}

/* --- the list --------------------------------------------------------------------- */

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
    ...prompt.uses.map(([file]) => data.files[file].path)].join("\n").toLowerCase();
  return { link, found, element: el("li", {}, link), head };
}

const lowered = new Map();

/** Return the text of a file in lower case, and where its lines start. */
function loweredFile(file) {
  if (!lowered.has(file)) {
    const text = data.files[file].text.toLowerCase();
    const starts = [0];
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
    lowered.set(file, { text, starts: [...starts, text.length + 1] });
  }
  return lowered.get(file);
}

/** Return the first place of a word in each line of a file; `hits` keeps them. */
function hitsIn(file, word, hits) {
  const key = `${file} ${word}`;
  if (!hits.has(key)) {
    const { text } = loweredFile(file);
    const found = [];
    for (let at = text.indexOf(word); at >= 0;) {
      found.push(at);
      const end = text.indexOf("\n", at);
      at = end < 0 ? -1 : text.indexOf(word, end);
    }
    hits.set(key, found);
  }
  return hits.get(key);
}

/** Return the place of the first of sorted numbers that is at least as large as another. */
function placeOf(least, numbers) {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] < least) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Return a line of a text that has a word, null without one.
 *
 * Words have no line ends, so that lines which many texts have are searched once.
 */
function lineWith(prompt, word, hits) {
  const isWhole = !prompt.printed_lines;
  if (!lowered.has(prompt)) {
    const own = isWhole ? [textOf(prompt) ?? ""] : prompt.printed_lines;
    lowered.set(prompt, own.map((line) => line.toLowerCase()));
  }
  const own = lowered.get(prompt);
  if (isWhole) {
    const at = own[0].indexOf(word);
    return at < 0 ? null : textOf(prompt).slice(Math.max(0, at - 40), at + 80);
  }
  const printed = own.findIndex((line) => line.includes(word));
  if (printed >= 0) return prompt.printed_lines[printed];
  for (const { file, source_line: line, count, is_printed: isPrinted } of prompt.origins) {
    const found = isPrinted ? [] : hitsIn(file, word, hits);
    if (!found.length) continue;
    const { starts } = loweredFile(file);
    const at = found[placeOf(starts[line - 1], found)];
    if (at < starts[line - 1 + count]) return linesOf(file)[placeOf(at + 1, starts) - 1];
  }
  return null;
}

function search() {
  const start = performance.now();
  const terms = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const type = byId("type").value;
  const order = byId("order").value;
  const [, hasSize] = SIZES[byId("size").value];
  const flags = FLAGS.filter(([name]) => byId(`only-${name}`)?.ariaPressed === "true");
  const hits = new Map();
  if (order !== arrangedBy) arrange(order);
  shownItems = groups.flatMap((group) => group.items).filter((item) => {
    item.element.hidden = !((!type || item.prompt.type === type)
      && hasSize(item.prompt.tokens)
      && flags.every(([, , test]) => test(item.prompt))
      && terms.every((term) => item.head.includes(term) || lineWith(item.prompt, term, hits) !== null));
    return !item.element.hidden;
  });
  for (const item of shownItems) showMatch(item, terms, hits);
  for (const group of groups) group.element.hidden = group.items.every(({ element }) => element.hidden);
  const all = plural(items.length, "text");
  byId("count").textContent = shownItems.length === items.length
    ? all : `${number.format(shownItems.length)} of ${all}`;
  byId("list").dataset.milliseconds = (performance.now() - start).toFixed(1);
}

/** Show where the text of a prompt has the first word that its name lacks. */
function showMatch(item, terms, hits) {
  const name = item.prompt.name.toLowerCase();
  const term = terms.find((each) => !name.includes(each));
  const line = term ? lineWith(item.prompt, term, hits) : null;
  item.found.hidden = line === null;
  if (line === null) return;
  const at = Math.max(0, line.toLowerCase().indexOf(term));
  const from = Math.max(0, at - 24);
  item.found.replaceChildren(from ? "\u2026" : "", line.slice(from, at),
    el("mark", {}, line.slice(at, at + term.length)), line.slice(at + term.length, at + 90));
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

/* --- lines ------------------------------------------------------------------------ */

const unfinished = new WeakMap();

/**
 * Show rows in an element: the first ones now, the others a few at a time.
 *
 * A browser lays out a chunk when it is near the window.
 */
function showRows(element, rows) {
  const append = (end) => {
    do {
      const chunk = el("div", { className: "chunk" });
      for (let count = 0; count < CHUNK; count += 1) {
        const { value, done } = rows.next();
        if (done) unfinished.delete(element);
        if (done) return element.append(chunk);
        chunk.append(value);
      }
      element.append(chunk);
    } while (performance.now() < end);
    return undefined;
  };
  const go = () => {
    if (unfinished.get(element) !== append) return;
    append(performance.now() + SLICE);
    setTimeout(go);
  };
  element.replaceChildren();
  unfinished.set(element, append);
  go();
}

/** Mark the row of a line, and scroll to it. */
function goToLine(element, line) {
  unfinished.get(element)?.(Infinity);
  const target = element.querySelector(`.l${line}`);
  target?.classList.add("now");
  target?.scrollIntoView({ block: "center" });
}

/**
 * Return a text with marked parts: `marks` are [start, end, class, title], in order.
 * Characters that control the display are shown by their numbers, like hidden ones.
 */
function marked(text, marks, hidden = "") {
  const parts = [];
  let at = 0;
  for (const [start, end, className, title] of marks) {
    if (start < at) continue;
    parts.push(...visible(text.slice(at, start), hidden),
      el("span", { className, title: title || "" }, ...visible(text.slice(start, end), hidden)));
    at = end;
  }
  return [...parts, ...visible(text.slice(at), hidden)];
}

function visible(text, hidden) {
  const unseen = new Set(hidden);
  if (!unseen.size && text.search(CONTROL) < 0) return [text];
  const parts = [""];
  for (const [character] of text.matchAll(CHARACTER)) {
    if (unseen.has(character) || character.search(CONTROL) === 0) {
      parts.push(unseeable(character.codePointAt(0)), "");
    } else parts[parts.length - 1] += character;
  }
  return parts;
}

/** Return an element for a character that is not displayed: tags spell ASCII. */
function unseeable(code) {
  const name = `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
  const spelled = code > 0xe0020 && code < 0xe007f ? String.fromCharCode(code - 0xe0000) : name;
  return el("span", { className: "unseeable", title: name }, code === 0xe0020 ? "\u00a0" : spelled);
}

const tagMarks = (line) => [...line.matchAll(TAG)].map((match) =>
  [match.index, match.index + match[0].length, "tag"]);

function row(line, content, properties = {}) {
  const { className = "", ...others } = properties;
  return el("div", { className: `row ${className}`, ...others },
    el("span", { className: "number", "aria-hidden": "true" }, String(line)),
    el("span", { className: "text" }, content));
}

/** Yield the lines of a file, with its tags marked. */
function* sourceRows(file, colour) {
  for (const [index, line] of linesOf(file).entries()) {
    yield row(index + 1, marked(line, tagMarks(line)), { file: colour, className: `l${index + 1}` });
  }
}

/** Yield the lines of the text of a prompt, each with the file that it is from. */
function* textRows(prompt, showSource) {
  const text = textOf(prompt);
  const lines = text.split("\n");
  const head = text.slice(0, prompt.body).split("\n").length - 1;
  const colour = colours(prompt);
  const marks = lineMarks(prompt, lines);
  const hidden = new Map();
  for (const { line, characters } of prompt.hidden) hidden.set(line, (hidden.get(line) || "") + characters);
  const shown = (line, properties = {}) => row(line,
    marked(lines[line - 1], marks.get(line) || [], hidden.get(line)),
    { ...properties, className: line <= head ? "head" : "" });
  if (!prompt.origins.length) {
    for (let line = 1; line <= lines.length; line += 1) yield shown(line);
  }
  let before = -1;
  for (const each of prompt.origins) {
    const properties = { file: colour.get(each.file) };
    const { path } = data.files[each.file];
    if (each.file !== before && colour.size > 1) {
      const button = el("button", { type: "button", title: "Show this line of the file" },
        `${path}:${each.source_line}`);
      button.addEventListener("click", () => showSource(each.file, each.source_line));
      yield el("div", { className: "from", ...properties }, button);
    }
    before = each.file;
    for (let index = 0; index < each.count; index += 1) {
      const source = each.source_line + (each.is_printed ? 0 : index);
      const title = each.is_printed ? `printed by ${path}:${source}` : `${path}:${source}`;
      const made = shown(each.line + index, { ...properties, title });
      made.firstChild.addEventListener("click", () => showSource(each.file, source));
      yield made;
    }
  }
}

/** Return what is marked in each line: run-time values, and what tags have printed. */
function lineMarks(prompt, lines) {
  const found = new Map();
  const add = (line, mark) => found.set(line, [...(found.get(line) || []), mark]);
  const places = prompt.variables
    .flatMap((each) => each.places.map((place) => [...place, each])).sort((a, b) => a[0] - b[0]);
  let start = 0;
  let next = 0;
  lines.forEach((line, index) => {
    for (; next < places.length && places[next][0] <= start + line.length; next += 1) {
      const [from, to, variable] = places[next];
      add(index + 1, [from - start, to - start, "value", `${variable.name}: ${typeText(variable.type)}`]);
    }
    if (prompt.filling && !places.length) {
      for (const mark of tagMarks(line)) add(index + 1, [mark[0], mark[1], "value", "run-time logic"]);
    }
    start += line.length + 1;
  });
  for (const each of prompt.printed) {
    if (!found.has(each.line)) found.set(each.line, []);
    found.get(each.line).push([each.start, each.end, "printed", `printed by ${each.tag}`]);
  }
  for (const each of found.values()) each.sort((a, b) => a[0] - b[0]);
  return found;
}

/* --- the views of a prompt -------------------------------------------------------- */

const TABS = [
  ["text", "Source and text", textView, (prompt) => textOf(prompt) !== null],
  ["fill", "Run-time values", fillView, (prompt) => prompt.filling !== null],
  ["changes", "Changes", changesView, isChanged],
  ["files", "Files", filesView, (prompt) => prompt.uses.length > 0],
  ["details", "Details", detailsView, (prompt) => prompt.change?.kind !== "removed"],
];
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
    el("div", { className: "title" }, el("h2", { tabIndex: -1, id: "heading" }, prompt.name), facts),
    prompt.description ? el("p", { className: "lead" }, prompt.description) : null);
}

function hiddenView(prompt) {
  if (!prompt.hidden.length) return [];
  return [el("div", { className: "warning", role: "note", "aria-label": "Hidden text" },
    el("h3", {}, "Text that a model reads and that is not displayed"),
    el("ul", {}, prompt.hidden.map((each) => el("li", {},
      `line ${each.line}, column ${each.column}: ${plural([...each.characters].length, each.kind)}: `,
      el("code", {}, ...visible(each.says, ""))))))];
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
  const bar = [el("div", { className: "bar" }, parts.map(part))];
  if (prompt.filling) {
    figures.push(el("span", {}, el("b", {}, tokens(prompt.cached)),
      ` before the first run-time value (${share} %), which a cache keeps`));
    bar.push(el("div", { className: "prefix", style: { width: `${share}%` } }));
  }
  figures.push(el("span", {}, el("b", {}, number.format(prompt.size)), " bytes"));
  return [el("div", { className: "tokens" }, el("div", { className: "figures" }, figures),
    el("div", { role: "img", "aria-label": barLabel(prompt) }, bar))];
}

function barLabel(prompt) {
  const parts = prompt.parts.map((each) => `${data.files[each.file].path}: ${each.tokens}`);
  return `Tokens by part. ${parts.join(", ")}`;
}

function textView(prompt) {
  const colour = colours(prompt);
  const known = prompt.uses.map(([file]) => file).filter((file) => data.files[file].text !== null);
  const isTraced = prompt.origins.length > 0;
  const choice = el("select", { "aria-label": "File" },
    known.map((file) => el("option", { value: String(file) }, data.files[file].path)));
  const source = el("div", { className: "lines", tabIndex: 0, role: "region", "aria-label": "Source" });
  const showSource = (file, line = 0) => {
    choice.value = String(file);
    showRows(source, sourceRows(file, colour.get(file) ?? 0));
    source.scrollTop = 0;
    if (line) goToLine(source, line);
  };
  choice.addEventListener("change", () => showSource(Number(choice.value)));
  const text = el("div", { className: "lines", tabIndex: 0, role: "region", "aria-label": "Text" });
  showRows(text, textRows(prompt, showSource));
  const title = prompt.variables.length ? "with run-time values to fill in" : "as in the wheel";
  const panes = el("div", { className: isTraced ? "panes" : "panes one" });
  if (isTraced) {
    panes.append(el("div", { className: "pane" },
      el("div", { className: "head" }, el("h3", {}, "Source"), choice), source));
    showSource(known.includes(prompt.template) ? prompt.template : known[0]);
  }
  panes.append(el("div", { className: "pane" },
    el("h3", {}, "Text ", el("small", {}, title)), text));
  return [colour.size > 1 ? legend(prompt, colour) : null, panes].filter(Boolean);
}

function legend(prompt, colour) {
  const lines = new Map();
  for (const each of prompt.origins) lines.set(each.file, (lines.get(each.file) || 0) + each.count);
  return el("ul", { className: "legend", "aria-label": "Files of the lines" },
    [...colour].filter(([file]) => lines.has(file)).map(([file, at]) => el("li", { file: at },
      el("i", {}), el("a", { href: fileHash(file) }, data.files[file].path),
      ` ${plural(lines.get(file), "line")}`)));
}

function changesView(prompt) {
  const { change } = prompt;
  const parts = [];
  if (change.old_name) parts.push(el("p", {}, "It was called ", el("code", {}, change.old_name), "."));
  if (change.causes.length) {
    parts.push(el("div", {}, el("h3", {}, change.causes.length === 1 ? "Cause" : "Causes"),
      el("ul", {}, change.causes.map(([what, how]) => el("li", {}, causeName(what), ` ${how}`)))));
  }
  if (change.variables.length) {
    parts.push(el("div", {}, el("h3", {}, "Run-time variables"),
      el("ul", {}, change.variables.map((each) => el("li", {}, el("code", {}, each))))));
  }
  if (change.rows.length) parts.push(diffTable(change.rows));
  else if (change.kind === "removed") parts.push(el("p", {}, "It is not in the new version."));
  else if (!change.variables.length) parts.push(el("p", {}, "The text is the same."));
  return parts;
}

function causeName(what) {
  const file = data.files.findIndex((each) => each.path === what);
  return file < 0 ? el("code", {}, what) : el("a", { href: fileHash(file) }, what);
}

function diffTable(rows) {
  const kinds = { "-": ["minus", "del", "\u2212"], "+": ["plus", "ins", "+"], " ": ["", "span", ""] };
  const body = rows.map((each, index) => {
    if (each.sign === "@") {
      const lines = index ? `lines ${each.new} and on` : `line ${each.new}`;
      return el("tr", { className: "skip-line" }, el("td", { colSpan: 4 }, lines));
    }
    const [className, tag, sign] = kinds[each.sign];
    return el("tr", { className },
      el("td", { className: "n" }, each.old ? String(each.old) : ""),
      el("td", { className: "n" }, each.new ? String(each.new) : ""),
      el("td", { className: "s" }, sign),
      el("td", {}, each.pieces.map(([text, differs]) =>
        differs ? el(tag, {}, ...visible(text, "")) : visible(text, "")).flat()));
  });
  return el("table", { className: "diff", "aria-label": "Differences" },
    el("colgroup", {}, ["n", "n", "s", ""].map((className) => el("col", { className }))),
    el("tbody", {}, body));
}

function filesView(prompt) {
  const others = (users[prompt.template] || []).filter((each) => each !== prompt);
  const parts = [el("section", { className: "files" },
    el("h3", {}, "Made of"), fileTree(prompt))];
  if (others.length) {
    parts.push(el("section", { className: "files" },
      el("h3", {}, `Its template is also in ${plural(others.length, "text")}`), promptList(others)));
  }
  return parts;
}

/** Return the files of a prompt as nested lists, each with its own files once. */
function fileTree(prompt) {
  const uses = new Map(prompt.uses);
  const done = new Set();
  const branch = (file) => {
    const below = uses.get(file) || [];
    const again = done.has(file) && below.length > 0;
    done.add(file);
    return el("li", {}, el("a", { href: fileHash(file) }, data.files[file].path),
      again ? " (as above)" : "", !again && below.length ? el("ul", {}, below.map(branch)) : null);
  };
  const tops = prompt.template >= 0 ? [prompt.template] : prompt.uses.map(([file]) => file);
  return el("ul", {}, tops.map(branch));
}

const users = data.files.map(() => []);
for (const prompt of data.prompts) for (const [file] of prompt.uses) users[file].push(prompt);
const promptList = (prompts) => el("ul", {}, prompts.map((prompt) =>
  el("li", {}, el("a", { href: promptHash(prompt) }, prompt.name))));

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
    el("dt", {}, ...visible(name, "")), el("dd", {}, valueView(value)),
  ]));
}

/** Return a value of JSON as nested lists. */
function valueView(value) {
  if (Array.isArray(value)) return el("ul", {}, value.map((each) => el("li", {}, valueView(each))));
  if (value !== null && typeof value === "object") return factList(Object.entries(value));
  return visible(typeof value === "string" ? value : JSON.stringify(value), "");
}

/* --- run-time values -------------------------------------------------------------- */

function typeText(type) {
  if (Array.isArray(type)) return `list[${typeText(type[0])}]`;
  if (typeof type === "string") return type;
  return `{${Object.entries(type).map(([name, each]) => `${name}: ${typeText(each)}`).join(", ")}}`;
}

function fillView(prompt) {
  const { filling } = prompt;
  const canFill = filling.is_live || Boolean(data.server);
  const fields = prompt.variables.map((each) => fieldOf(each, filling, canFill));
  const output = el("div", { className: "lines", tabIndex: 0, role: "region", "aria-label": "Filled in" });
  const status = el("small", { role: "status" });
  let asked = 0;
  const show = async () => {
    const values = {};
    const written = {};
    for (const field of fields) field.read(values, written);
    asked += 1;
    const number = asked;
    const result = await fill(prompt, values, written);
    if (number !== asked) return;
    status.textContent = result.problem || "";
    if (result.parts) showRows(output, filledRows(result.parts));
  };
  for (const field of fields) field.input.addEventListener("input", show);
  show();
  const note = canFill ? null : el("p", { className: "note" },
    "Its text depends on the values by more than printing them. It is shown with the values of the form: "
    + "defaults, and samples of the other types. ",
    el("code", {}, "hatch-agpm preview --serve"), " fills it in with other values.");
  return [note, el("div", { className: "panes" },
    el("div", { className: "pane" },
      el("h3", {}, "Values"), el("div", { className: "form" }, fields.map((each) => each.element))),
    el("div", { className: "pane" },
      el("h3", {}, "Filled in ", status), output))].filter(Boolean);
}

function fieldOf(variable, filling, canFill) {
  const type = typeText(variable.type);
  const scalar = scalarOf(variable);
  const id = `value-${variable.name}`;
  const error = el("p", { className: "error", id: `${id}-error` });
  const isText = scalar === "str" || scalar === "int" || scalar === "float";
  const sample = filling.is_live ? null : filling.values[variable.name];
  const written = sample === null || variable.default !== null ? variable.written_default
    : scalar === "str" ? sample : JSON.stringify(sample, null, 1);
  const input = scalar === "bool"
    ? el("select", {}, ["", "true", "false"].map((each) => el("option", { value: each }, each)))
    : el("textarea", { rows: isText ? 1 : Math.min(8, written.split("\n").length), spellcheck: false });
  Object.assign(input, { id, value: written, readOnly: !canFill, disabled: !canFill && scalar === "bool" });
  input.setAttribute("aria-describedby", `${id}-error`);
  const read = (values, texts) => {
    const [value, problem] = input.value === "" ? [undefined, ""] : parsed(input.value, scalar);
    error.textContent = problem;
    input.setAttribute("aria-invalid", String(Boolean(problem)));
    if (!problem && value !== undefined) values[variable.name] = value;
    if (input.value !== "") texts[variable.name] = input.value;
  };
  const element = el("div", { className: "field" },
    el("label", { htmlFor: id }, variable.name,
      el("span", { className: "type" }, `: ${type}${variable.is_required ? "" : ", optional"}`)),
    variable.description ? el("p", {}, variable.description) : null, input, error);
  return { element, input, read };
}

/** Return the value of a written text as one of JSON, and what is wrong with it. */
function parsed(text, type) {
  if (type === "str") return [text, ""];
  if (type === "int" && !/^[+-]?\d+$/.test(text.trim())) return [undefined, "must be an int"];
  if (type === "int") return [{ int: BigInt(text.trim()).toString() }, ""];
  if (type === "float" && /^[+-]?\d+$/.test(text.trim())) return parsed(text, "int");
  try {
    const value = JSON.parse(text);
    if (type === "float" && typeof value !== "number") return [undefined, "must be a float"];
    return [value, ""];
  } catch {
    if (type === "any") return [text, ""];
    return [undefined, type === "float" ? "must be a float" : "must be JSON"];
  }
}

/** Return {parts} or {problem}: each part is [text, class], with run-time values marked. */
async function fill(prompt, values, written) {
  if (prompt.filling.is_live) return filledHere(prompt, values);
  if (data.server) return filledByServer(prompt, written);
  const { example, problem } = prompt.filling;
  return problem ? { problem } : { parts: [[example, ""]] };
}

/** Ask the server of `preview --serve`, which takes the values as they are written. */
async function filledByServer(prompt, values) {
  try {
    const response = await fetch(`${data.server}/fill`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ name: prompt.name, values }),
    });
    if (!response.ok) return { problem: await response.text() };
    const { text, problem } = await response.json();
    return problem ? { problem } : { parts: [[text, ""]] };
  } catch {
    return { problem: SILENT };
  }
}

/** Fill in placeholders, as the reader in a wheel does: embedded texts first. */
function filledHere(prompt, values) {
  const { embedded, dialect } = prompt.filling;
  const text = textOf(prompt);
  const tooLong = new Set();
  const names = new Map(prompt.variables.flatMap((each) => each.places.map(([start]) => [start, each])));
  const cuts = [...new Set([prompt.body, text.length, ...embedded.flatMap((each) => each.slice(0, 2)),
    ...prompt.variables.flatMap((each) => each.places.flat())])].sort((a, b) => a - b);
  const pieces = cuts.slice(0, -1).map((start, index) => {
    const variable = names.get(start);
    if (!variable) return [[text.slice(start, cuts[index + 1]), ""]];
    const value = variable.name in values ? values[variable.name] : defaultOf(variable);
    const isNone = value === null && String(variable.type).endsWith(" | None");
    if (value === null && !isNone) return [[text.slice(start, cuts[index + 1]), "unfilled"]];
    const shown = printed(value, dialect);
    if (shown === null) tooLong.add(variable.name);
    return [[shown, "value"]];
  });
  if (tooLong.size) return { problem: `${[...tooLong].join(", ")}: only --serve shows a number of this size` };
  for (const [start, end, hasNewline] of embedded) {
    const [first, last] = [cuts.indexOf(start), cuts.indexOf(end)];
    const parts = pieces.slice(first, last).flat();
    const whole = parts.map(([each]) => each).join("");
    const result = normalised(whole + (hasNewline ? "\n" : ""));
    if (result === null) return { problem: "an embedded text begins like frontmatter" };
    const kept = result === whole ? parts : [[result, "value"]];
    pieces.splice(first, last - first, kept, ...Array.from({ length: last - first - 1 }, () => []));
  }
  return { parts: pieces.flat() };
}

const scalarOf = (variable) => typeText(variable.type).replace(" | None", "");

function defaultOf(variable) {
  return variable.default === null ? null : parsed(variable.written_default, scalarOf(variable))[0];
}

/** Return what a template prints for a single value; null for what it has no exact form of. */
function printed(value, dialect) {
  const isTera = dialect === "tera";
  if (value === null) return isTera ? "" : "None";
  if (typeof value === "boolean") return isTera ? String(value) : value ? "True" : "False";
  if (typeof value === "string") return value;
  if (typeof value === "object") {
    const isShort = BigInt(value.int) >= -(2n ** 63n) && BigInt(value.int) < 2n ** 64n;
    return isShort ? value.int : null;
  }
  const size = Math.abs(value);
  if (Object.is(value, -0) || (size && (size < 1e-4 || size >= 1e16))) return null;
  return Number.isInteger(value) && !isTera ? `${value}.0` : String(value);
}

/** Return a text as it is embedded, null for one that begins with frontmatter. */
function normalised(text) {
  const lines = text.split("\n");
  const isRule = (line) => line.startsWith("---") && !line.slice(3).trim();
  const second = isRule(lines[0]) ? lines.slice(1).findIndex(isRule) : -1;
  if (second >= 0 && lines.slice(1, second + 1).some((line) => line.trim())) return null;
  const last = lines.pop();
  const kept = lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  return (last ? [...kept, last] : kept).join("\n").replace(/^\n+/, "");
}

function filledRows(parts) {
  const lines = [[]];
  for (const [text, kind] of parts) {
    text.split("\n").forEach((line, index) => {
      if (index) lines.push([]);
      if (line) lines.at(-1).push(kind ? el("span", { className: kind }, ...visible(line, "")) : visible(line, ""));
    });
  }
  return lines.map((line, index) => row(index + 1, line.flat())).values();
}

/* --- the views of a file and of everything ---------------------------------------- */

function openFile(file, line) {
  current = null;
  const { path, text } = data.files[file];
  const lines = el("div", { className: "lines", tabIndex: 0, role: "region", "aria-label": "File" });
  if (text !== null) showRows(lines, sourceRows(file, 1));
  showMain(path,
    el("div", {}, el("div", { className: "title" }, el("h2", { tabIndex: -1, id: "heading" }, path)),
      el("p", { className: "lead" }, `Used by ${plural(users[file].length, "text")}`)),
    el("div", { className: text === null ? "panes one" : "panes" },
      text === null ? null : el("div", { className: "pane" }, el("h3", {}, "File"), lines),
      el("div", { className: "pane" },
        el("h3", {}, "Used by"), el("div", { className: "form files" }, promptList(users[file])))));
  if (line) goToLine(lines, line);
}

function openOverview() {
  current = null;
  const prompts = data.prompts.filter((each) => each.change?.kind !== "removed");
  const total = prompts.reduce((sum, each) => sum + each.tokens, 0);
  const count = (test) => prompts.filter(test).length;
  const cards = [
    [number.format(prompts.length), "texts"], [tokens(total), `tokens (${data.counted_by})`],
    [number.format(data.files.length), "files that they are made of"],
    ...FLAGS.slice(1).map(([, title, test]) => [count(test), title.toLowerCase()]).filter(([each]) => each)
      .map(([each, title]) => [number.format(each), title === "exported" ? "exported" : `with ${title}`]),
  ];
  showMain("", el("h2", { tabIndex: -1, id: "heading", className: "unseen" }, "Overview"),
    el("div", { className: "cards" }, cards.map(([value, title]) =>
      el("div", { className: "card" }, el("b", {}, String(value)), el("span", {}, title)))),
    ...comparisonView(),
    el("div", { className: "grid" },
      ranking("Longest texts", "tokens", [...prompts].sort((a, b) => b.tokens - a.tokens)
        .map((each) => [promptHash(each), each.name, each.tokens])),
      ranking("Files that most texts are made of", "texts", data.files
        .map((each, file) => [fileHash(file), each.path, users[file].length])
        .filter(([, , count]) => count > 1).sort((a, b) => b[2] - a[2]))));
}

function comparisonView() {
  if (!data.comparison) return [];
  const { old, summary, causes } = data.comparison;
  return [el("section", {}, el("h3", {}, `Compared with ${old}: ${summary}`),
    el("table", { className: "rank" }, el("tbody", {}, causes.map(([what, how, reached]) =>
      el("tr", {}, el("th", { scope: "row" }, causeName(what), ` ${how}`),
        el("td", {}, `reaches ${plural(reached, "text")}`))))))];
}

function ranking(title, unit, entries) {
  if (!entries.length) return null;
  const most = entries[0][2] || 1;
  return el("section", {}, el("h3", {}, title),
    el("table", { className: "rank" }, el("tbody", {}, entries.slice(0, 12).map(([href, name, value]) =>
      el("tr", {}, el("th", { scope: "row" }, el("a", { href }, shortPath(name))),
        el("td", { className: "meter" }, el("i", { style: { width: `${(100 * value) / most}%` } })),
        el("td", {}, `${number.format(value)} ${unit}`))))));
}

/* --- where the page is ------------------------------------------------------------ */

function openHash() {
  let hash = "";
  try {
    hash = decodeURIComponent(location.hash);
  } catch {
    // A link that was cut: the overview is shown.
  }
  const prompt = hash.startsWith("#prompt-") && data.prompts.find((each) => `#prompt-${each.name}` === hash);
  const [, path, line] = hash.match(/^#file-(.*?)(?::(\d+))?$/s) || [];
  const file = path === undefined ? -1 : data.files.findIndex((each) => each.path === path);
  const losesFocus = byId("main").contains(document.activeElement);
  if (prompt) openPrompt(prompt);
  else if (file >= 0) openFile(file, Number(line || 0));
  else if (hash !== "#main") openOverview();
  itemOf.get(prompt)?.element.scrollIntoView({ block: "nearest" });
  if (losesFocus) byId("heading")?.focus();
}

function goTo(step) {
  const at = shownItems.findIndex(({ prompt }) => prompt === current);
  const item = shownItems[at < 0 ? 0 : Math.min(shownItems.length - 1, Math.max(0, at + step))];
  if (!item) return;
  location.hash = promptHash(item.prompt);
  item.link.focus();
}

function openAndFocus(hash) {
  const focus = () => byId("heading")?.focus();
  if (new URL(hash, location.href).hash === location.hash) focus();
  else {
    addEventListener("hashchange", focus, { once: true });
    location.hash = hash;
  }
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const field = byId("search");
  const isTyping = event.target.matches?.("input, textarea, select");
  const inList = event.target === field || byId("list").contains(event.target);
  if (event.key === "Escape") {
    if (event.target === field && field.value) { field.value = ""; search(); }
    else if (isTyping) event.target.blur();
    else location.hash = "";
  } else if (inList && event.key === "ArrowDown") goTo(1);
  else if (inList && event.key === "ArrowUp") goTo(-1);
  else if (event.target === field && event.key === "Enter") {
    openAndFocus(shownItems[0] ? promptHash(shownItems[0].prompt) : location.hash);
  } else if (isTyping) return;
  else if (event.key === "/") { field.focus(); field.select(); }
  else if (event.key === "j") goTo(1);
  else if (event.key === "k") goTo(-1);
  else if (/^[1-5]$/.test(event.key)) document.querySelectorAll("[role=tab]")[event.key - 1]?.click();
  else return;
  event.preventDefault();
}

byId("title").textContent = data.title;
byId("subtitle").textContent = data.comparison ? `compared with ${data.comparison.old}` : "";
fillFilters();
search();
openHash();
addEventListener("hashchange", openHash);
addEventListener("keydown", pressed);
document.documentElement.dataset.ready = "true";
