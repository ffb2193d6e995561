// Comforts of the screen that writes an item. It works without this file.

const form = document.getElementById("item-form");

// The number of the state that is shown travels with each save. A save that waited for the one before it has an old number:
// give it the one that came back meanwhile.
document.addEventListener("htmx:before:request", ({ detail }) => {
  const { request } = detail.ctx;
  const revision = document.getElementById("revision");
  if (request.form === form && revision && request.body instanceof URLSearchParams) {
    request.body.set("revision", revision.value);
  }
});

document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
  event.preventDefault();
  form?.querySelector("#save")?.click();
});

// What is typed and not saved yet is not left without a word.
let dirty = false;
form?.addEventListener("input", () => { dirty = true; });
form?.addEventListener("submit", () => { dirty = false; });
document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail.ctx?.request?.form === form && detail.ctx.response?.status < 400) dirty = false;
});

// Who presses Save with a chosen file that is not added yet means that file, too.
document.getElementById("save")?.addEventListener("click", (event) => {
  const file = document.getElementById("file");
  if (!file?.files?.length || !file.form) return;
  event.preventDefault();
  const adding = file.form;
  form.dispatchEvent(new Event("change", { bubbles: true }));
  document.addEventListener("htmx:finally:request", () => adding.requestSubmit(), { once: true });
});
window.addEventListener("beforeunload", (event) => {
  if (dirty) event.preventDefault();
});

// Draw an area on the picture of the preview: press and pull; the numbers of the area that is being written are filled in.
let active = null;
form?.addEventListener("focusin", (event) => { active = event.target.closest("[data-area]") ?? active; });

const pixel = (picture, event) => {
  const box = picture.getBoundingClientRect();
  const along = (at, start, length, pixels) => Math.round(Math.min(Math.max((at - start) / length, 0), 1) * pixels);
  return [
    along(event.clientX, box.left, box.width, Number(picture.getAttribute("width"))),
    along(event.clientY, box.top, box.height, Number(picture.getAttribute("height"))),
  ];
};

const written = {
  rect: ([a, b, c, d]) => [a, b, c, d],
  circle: ([a, b, c, d]) => [Math.round((a + c) / 2), Math.round((b + d) / 2), Math.round(Math.min(c - a, d - b) / 2)],
  ellipse: ([a, b, c, d]) => [Math.round((a + c) / 2), Math.round((b + d) / 2), Math.round((c - a) / 2), Math.round((d - b) / 2)],
};

document.addEventListener("pointerdown", (event) => {
  const picture = event.target.closest?.("#preview .pr-figure__stage")?.querySelector("img");
  if (!picture || !active?.isConnected) return;
  event.preventDefault();
  const [left, top] = pixel(picture, event);
  document.addEventListener("pointerup", (end) => {
    const [x, y] = pixel(picture, end);
    const box = [Math.min(left, x), Math.min(top, y), Math.max(left, x), Math.max(top, y)];
    if (box[2] - box[0] < 4 || box[3] - box[1] < 4) return;
    const shape = active.querySelector("select");
    const numbers = active.querySelector("input");
    if (!(shape.value in written)) shape.value = "rect";
    numbers.value = written[shape.value](box).join(" ");
    numbers.dispatchEvent(new Event("change", { bubbles: true }));
  }, { once: true });
});
