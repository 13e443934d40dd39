// The texts of prompts and files, and which text is made of which file.

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

const usedBy = data.nodes.map(() => []);
data.nodes.forEach(([, uses], node) => uses.forEach((each) => usedBy[each].push(node)));
const nodesOfFile = data.files.map(() => []);
data.nodes.forEach(([file], node) => nodesOfFile[file].push(node));

/** Return some nodes and all that are reached from them. */
function reached(tops, next) {
  const seen = new Set(tops);
  const waiting = [...tops];
  const order = [];
  while (waiting.length) {
    const node = waiting.pop();
    order.push(node);
    for (const each of next(node)) {
      if (!seen.has(each)) waiting.push(each);
      seen.add(each);
    }
  }
  return order;
}

/** Return the files that a prompt is made of, its template first. */
function filesOf(prompt) {
  const nodes = reached(prompt.tops, (node) => data.nodes[node][1]);
  return [...new Set(nodes.map((node) => data.nodes[node][0]))];
}

/** Return the prompts that are made of a file. */
function usersOf(file) {
  const nodes = new Set(reached(nodesOfFile[file], (node) => usedBy[node]));
  return data.prompts.filter((prompt) => prompt.tops.some((top) => nodes.has(top)));
}
