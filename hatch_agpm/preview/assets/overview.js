// The views of a file and of everything.

function openFile(file, line) {
  current = null;
  const { path, text } = data.files[file];
  const users = usersOf(file);
  const lines = linesBox("File");
  if (text !== null) showRows(lines, sourceRows(file, 1));
  showMain(path,
    el("div", {}, titled(heading(path)),
      el("p", { className: "lead" }, `Used by ${plural(users.length, "text")}`)),
    el("div", { className: text === null ? "panes one" : "panes" },
      text === null ? null : pane("File", lines),
      pane("Used by", el("div", { className: "form files" }, promptList(users)))));
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
  showMain("", heading("Overview", "unseen"),
    el("div", { className: "cards" }, cards.map(([value, title]) =>
      el("div", { className: "card" }, el("b", {}, String(value)), el("span", {}, title)))),
    ...comparisonView(),
    el("div", { className: "grid" },
      ranking("Longest texts", "tokens", [...prompts].sort((a, b) => b.tokens - a.tokens)
        .map((each) => [promptHash(each), each.name, each.tokens])),
      ranking("Files that most texts are made of", "texts", data.files
        .map((each, file) => [fileHash(file), each.path, usersOf(file).length])
        .filter(([, , count]) => count > 1).sort((a, b) => b[2] - a[2]))));
}

function ranking(title, unit, entries) {
  if (!entries.length) return null;
  const most = entries[0][2] || 1;
  return el("section", {}, el("h3", {}, title),
    ranked(entries.slice(0, 12).map(([href, name, value]) =>
      el("tr", {}, el("th", { scope: "row" }, el("a", { href }, shortPath(name))),
        el("td", { className: "meter" }, el("i", { style: { width: `${(100 * value) / most}%` } })),
        el("td", {}, `${number.format(value)} ${unit}`)))));
}
