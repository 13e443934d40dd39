"use strict";

// Elements, numbers and links, for all other scripts of the page.
//
// Every text of a prompt is set as text of an element or as a value: nothing here makes
// HTML of a string, and the policy of the page forbids it.

const data = JSON.parse(document.getElementById("data").textContent);
const SILENT = "hatch-agpm does not answer; load the page again, or start the command again";
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

const badge = (text, kind = "") => el("span", { className: `badge ${kind}` }, text);
const heading = (text, className = "") => el("h2", { tabIndex: -1, id: "heading", className }, text);
const titled = (...title) => el("div", { className: "title" }, ...title);
const bulleted = (entries) => el("ul", {}, entries.map((each) => el("li", {}, each)));
const pane = (title, ...children) => el("div", { className: "pane" }, el("h3", {}, title), ...children);
const ranked = (rows) => el("table", { className: "rank" }, el("tbody", {}, rows));

/** Return an element for rows of lines, which scrolls by itself. */
const linesBox = (label) => el("div", { className: "lines", tabIndex: 0, role: "region", "aria-label": label });

const fileHash = (file, line) => `#file-${encoded(data.files[file].path)}${line ? `:${line}` : ""}`;
const promptHash = (prompt) => `#prompt-${encoded(prompt.name)}`;
const encoded = (name) => encodeURIComponent(name).replaceAll("%2F", "/");

function shortPath(path) {
  const parts = path.split("/");
  return parts.length > 2 ? `\u2026/${parts.slice(-2).join("/")}` : path;
}

const fileLink = (file) => el("a", { href: fileHash(file) }, data.files[file].path);
const promptList = (prompts) => bulleted(prompts.map((prompt) =>
  el("a", { href: promptHash(prompt) }, prompt.name)));
