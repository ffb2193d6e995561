// The list of a bank by keyboard, and choosing many rows at once. The page does all of it without this file, by links and boxes.

const KEPT = "paraat-shortcuts";
const list = () => document.querySelector(".pr-list");
const boxes = () => [...document.querySelectorAll(".pr-list tbody .pr-pick__box")];

// --- Choosing

function count() {
  const words = document.getElementById("picked");
  if (!words) return;
  const chosen = boxes().filter((box) => box.checked).length;
  words.textContent = chosen === 0 ? "" : chosen === 1 ? words.dataset.one : words.dataset.many.replace("N", chosen);
  const all = document.getElementById("pick-all");
  if (!all) return;
  all.closest("[data-pick-all]").hidden = false;
  all.checked = chosen > 0 && chosen === boxes().length;
  all.indeterminate = chosen > 0 && chosen < boxes().length;
}

document.addEventListener("change", ({ target }) => {
  if (target.id === "pick-all") for (const box of boxes()) box.checked = target.checked;
  if (target.matches(".pr-pick__box")) count();
});
document.addEventListener("htmx:after:swap", count);
// A page that comes back from the browser's memory has its boxes as they were left.
window.addEventListener("pageshow", count);

// --- One menu at a time, and none once one looks elsewhere

document.addEventListener("click", ({ target }) => {
  for (const menu of document.querySelectorAll(".pr-menu[open]")) if (!menu.contains(target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector(".pr-menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// --- Keys

const here = () => document.activeElement?.closest(".pr-list tbody tr");

function go(step) {
  const rows = [...(list()?.tBodies[0].rows ?? [])];
  const at = rows.indexOf(here());
  const next = rows[at < 0 ? (step > 0 ? 0 : rows.length - 1) : at + step];
  next?.querySelector(".pr-list__code").focus();
}

const KEYS = {
  "/": () => document.getElementById("filter-q").focus(),
  n: () => document.getElementById("new-type").focus(),
  j: () => go(1),
  k: () => go(-1),
  x: () => here()?.querySelector(".pr-pick__box").click(),
  e: () => {
    const edit = here()?.dataset.edit;
    if (edit) window.location.assign(edit);
  },
  "?": () => {
    const help = document.getElementById("shortcuts");
    help.open = true;
    help.querySelector("summary").focus();
  },
};

const on = document.getElementById("shortcuts-on");
on.closest("[data-shortcuts]").hidden = false;
on.checked = localStorage.getItem(KEPT) !== "off";
on.addEventListener("change", () => localStorage.setItem(KEPT, on.checked ? "on" : "off"));

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  if (!on.checked || typing || event.ctrlKey || event.metaKey || event.altKey || !Object.hasOwn(KEYS, event.key)) return;
  event.preventDefault();
  KEYS[event.key]();
});
