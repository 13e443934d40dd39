// Run-time values: the form for them, and what is filled in on the page or by the server.

function typeText(type) {
  if (Array.isArray(type)) return `list[${typeText(type[0])}]`;
  if (typeof type === "string") return type;
  return `{${Object.entries(type).map(([name, each]) => `${name}: ${typeText(each)}`).join(", ")}}`;
}

function fillView(prompt) {
  const { filling } = prompt;
  const canFill = filling.is_live || Boolean(data.server);
  const fields = prompt.variables.map((each) => fieldOf(each, filling, canFill));
  const output = linesBox("Filled in");
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
    pane("Values", el("div", { className: "form" }, fields.map((each) => each.element))),
    pane(["Filled in ", status], output))].filter(Boolean);
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
  const isInteger = /^[+-]?\d+$/.test(text.trim());
  if (isInteger && (type === "int" || type === "float")) return [{ int: BigInt(text.trim()).toString() }, ""];
  if (type === "int") return [undefined, "must be an int"];
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
    const written = text.slice(start, cuts[index + 1]);
    if (!variable) return [[written, ""]];
    const value = variable.name in values ? values[variable.name] : defaultOf(variable);
    const isNone = value === null && String(variable.type).endsWith(" | None");
    if (value === null && !isNone) return [[written, "unfilled"]];
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
      if (line) lines.at(-1).push(kind ? el("span", { className: kind }, ...visible(line)) : visible(line));
    });
  }
  return lines.map((line, index) => row(index + 1, line.flat())).values();
}
