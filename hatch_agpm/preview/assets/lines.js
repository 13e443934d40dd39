// Texts as rows of lines, with marks, files and characters that are not displayed.

const CHUNK = 200;
const SLICE = 12;
const TAG = /\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}/g;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb\u{e0000}-\u{e0fff}]/u;
const CHARACTER = /\u{1f3f4}[\u{e0030}-\u{e007a}]+\u{e007f}|./gsu;  // the flag of a region is one

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
        if (done) {
          unfinished.delete(element);
          element.append(chunk);
          return;
        }
        chunk.append(value);
      }
      element.append(chunk);
    } while (performance.now() < end);
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
function marked(text, marks, hidden) {
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

/** Return a text as texts and elements for what is not displayed. */
function visible(text, hidden = "") {
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
  const add = (line, ...mark) => {
    if (!found.has(line)) found.set(line, []);
    found.get(line).push(mark);
  };
  const places = prompt.variables
    .flatMap((each) => each.places.map((place) => [...place, each])).sort((a, b) => a[0] - b[0]);
  let start = 0;
  let next = 0;
  lines.forEach((line, index) => {
    for (; next < places.length && places[next][0] <= start + line.length; next += 1) {
      const [from, to, variable] = places[next];
      add(index + 1, from - start, to - start, "value", `${variable.name}: ${typeText(variable.type)}`);
    }
    if (prompt.filling && !places.length) {
      for (const [from, to] of tagMarks(line)) add(index + 1, from, to, "value", "run-time logic");
    }
    start += line.length + 1;
  });
  for (const { line, start: from, end: to, tag } of prompt.printed) add(line, from, to, "printed", `printed by ${tag}`);
  for (const each of found.values()) each.sort((a, b) => a[0] - b[0]);
  return found;
}
