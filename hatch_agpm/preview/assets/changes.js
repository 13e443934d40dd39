// What changed between two versions, and why.

function changesView(prompt) {
  const { change } = prompt;
  const parts = [];
  if (change.old_name) parts.push(el("p", {}, "It was called ", el("code", {}, change.old_name), "."));
  const add = (title, entries) => {
    if (entries.length) parts.push(el("div", {}, el("h3", {}, title), bulleted(entries)));
  };
  add(change.causes.length === 1 ? "Cause" : "Causes",
    change.causes.map(([what, how]) => [causeName(what), ` ${how}`]));
  add("Run-time variables", change.variables.map((each) => el("code", {}, each)));
  if (change.rows.length) parts.push(diffTable(change.rows));
  else if (change.kind === "removed") parts.push(el("p", {}, "It is not in the new version."));
  else if (!change.variables.length) parts.push(el("p", {}, "The text is the same."));
  return parts;
}

function causeName(what) {
  const file = data.files.findIndex((each) => each.path === what);
  return file < 0 ? el("code", {}, what) : fileLink(file);
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
        differs ? el(tag, {}, ...visible(text)) : visible(text)).flat()));
  });
  return el("table", { className: "diff", "aria-label": "Differences" },
    el("colgroup", {}, ["n", "n", "s", ""].map((className) => el("col", { className }))),
    el("tbody", {}, body));
}

function comparisonView() {
  if (!data.comparison) return [];
  const { old, summary, causes } = data.comparison;
  return [el("section", {}, el("h3", {}, `Compared with ${old}: ${summary}`),
    ranked(causes.map(([what, how, reached]) =>
      el("tr", {}, el("th", { scope: "row" }, causeName(what), ` ${how}`),
        el("td", {}, `reaches ${plural(reached, "text")}`)))))];
}
