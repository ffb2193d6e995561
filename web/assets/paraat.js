// Small comforts. Every page works without this file.

const notice = () => document.getElementById("notice");

// A keyboard and a screen reader start where the news is: the heading of the next question, or the errors of a form.
function focusOn(element) {
  if (!element) return;
  if (!element.hasAttribute("tabindex")) element.tabIndex = -1;
  element.focus({ preventScroll: true });
  element.scrollIntoView({ block: "nearest" });
}

focusOn(document.querySelector("[data-focus-on-load]"));

// The element that asked may be gone after the swap, so htmx then tells the one that took its place.
document.addEventListener("htmx:after:swap", ({ detail }) => {
  const root = detail.ctx.target?.isConnected ? detail.ctx.target : document.getElementById(detail.ctx.target?.id);
  if (!root) return;
  const selector = "[data-focus-on-load], [data-focus-on-swap]";
  focusOn(root.matches(selector) ? root : root.querySelector(selector));
});

// A link in the error summary points at a control: put the question that belongs to it in sight, too.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.(".govuk-error-summary a[href^='#']");
  const control = link && document.getElementById(link.hash.slice(1));
  if (!control) return;
  event.preventDefault();
  (control.closest("fieldset, .govuk-form-group") ?? control).scrollIntoView();
  (control.matches("div") ? control.querySelector("input") : control)?.focus({ preventScroll: true });
});

// The second press of a double press does nothing. The server would not mind; the person might see two pages flash by.
const PAUSE = 1500;
const sent = new WeakMap();
document.addEventListener("submit", (event) => {
  const now = performance.now();
  if (now - (sent.get(event.target) ?? -PAUSE) < PAUSE) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  sent.set(event.target, now);
}, true);
document.addEventListener("htmx:finally:request", ({ detail }) => {
  const form = detail.ctx.sourceElement?.closest?.("form");
  if (form) sent.delete(form);
});

// The words for a lost connection stand in the page, in its language.
document.addEventListener("htmx:error", ({ detail }) => {
  if (detail.ctx && notice()) notice().textContent = notice().dataset.offline;
});
document.addEventListener("htmx:after:request", () => {
  if (notice()?.textContent === notice()?.dataset.offline) notice().textContent = "";
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
