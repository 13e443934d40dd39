// The search in names and texts.

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
