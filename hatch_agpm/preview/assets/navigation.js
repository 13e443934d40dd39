// Where the page is, the keyboard, and the start of the page.

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
