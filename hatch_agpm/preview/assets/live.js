// What only a page of `preview --serve` has: it follows the files.

const PAUSE = 1000;
const KEPT = "hatch-agpm preview";
let waiting = 0;

/** Ask for the state of the files; load the page again if it is not of them. */
async function follow() {
  clearTimeout(waiting);
  if (document.hidden) return;
  try {
    const response = await fetch(`${data.server}/state`);
    const { version, problems } = await response.json();
    if (version !== data.version) {
      keepState();
      location.reload();
      return;
    }
    showProblems("These files cannot be rendered; the page shows them as they were before", problems);
    waiting = setTimeout(follow, PAUSE);
  } catch {
    showProblems("The page does not follow the files any more", [SILENT]);
  }
}

function showProblems(title, problems) {
  const shown = byId("problems");
  if (shown.dataset.shown === problems.join("\n")) return;
  shown.dataset.shown = problems.join("\n");
  shown.hidden = !problems.length;
  shown.replaceChildren(el("h2", {}, title),
    bulleted(problems.map((each) => el("pre", {}, ...visible(each)))));
}

/** Keep what a user has chosen and written, for the page that is loaded next. */
function keepState() {
  const written = [...document.querySelectorAll("select, input, .field textarea")];
  sessionStorage.setItem(KEPT, JSON.stringify({
    tab,
    hash: location.hash,
    focus: document.activeElement?.id || "",
    flags: FLAGS.map(([name]) => byId(`only-${name}`)).filter((each) => each?.ariaPressed === "true").map((each) => each.id),
    values: written.filter((each) => each.id).map((each) => [each.id, each.value]),
    scrolled: ["list", "main"].map((id) => [id, byId(id).scrollTop]),
  }));
}

function restoreState() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) || "null");
  sessionStorage.removeItem(KEPT);
  if (kept?.hash !== location.hash) return;
  tab = kept.tab;
  openHash();
  for (const id of kept.flags) byId(id)?.click();
  for (const [id, value] of kept.values) {
    const field = byId(id);
    if (!field || field.value === value) continue;
    field.value = value;
    field.dispatchEvent(new Event(field.matches("nav select") ? "change" : "input"));
  }
  for (const [id, top] of kept.scrolled) byId(id).scrollTop = top;
  byId(kept.focus)?.focus({ preventScroll: true });
}

document.body.append(el("section", { id: "problems", role: "alert", tabIndex: 0, "aria-label": "Problems", hidden: true }));
restoreState();
follow();
addEventListener("visibilitychange", follow);
