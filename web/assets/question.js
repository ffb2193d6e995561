// Nicer ways to answer: dragging, pointing, recording. Each only fills in the boxes of the form, which work without this file.

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

function make(name, classes = "", text = "") {
  const element = document.createElement(name);
  element.className = classes;
  element.textContent = text;
  if (name === "button") element.type = "button";
  return element;
}

// What a screen reader hears when something changed that it did not change itself.
function speaker(control) {
  const region = control.appendChild(make("p", "govuk-visually-hidden"));
  region.setAttribute("role", "status");
  return (words) => { region.textContent = words; };
}

// A preview is drawn anew in place: what the server sent stays, and what stood here once must not listen twice.
const listening = new WeakMap();
let signal;
const listen = (element, name, listener) => element.addEventListener(name, listener, { signal });

const changed = (box) => box.dispatchEvent(new Event("change", { bubbles: true }));

// Lift `lifted` by `handle`: tell over what it hangs, and where it is let go. Touch and mouse alike.
const EDGE = 60;
function draggable(handle, lifted, over, drop) {
  listen(handle, "pointerdown", (down) => {
    if (down.button || down.isPrimary === false) return;
    down.preventDefault();
    const from = { x: down.pageX, y: down.pageY };
    const below = (event) => document.elementFromPoint(event.clientX, event.clientY);
    const move = (event) => {
      lifted.classList.add("pr-lifted");
      lifted.style.pointerEvents = "none";
      lifted.style.transform = `translate(${event.pageX - from.x}px, ${event.pageY - from.y}px)`;
      if (event.clientY < EDGE) scrollBy(0, -EDGE / 4);
      if (event.clientY > innerHeight - EDGE) scrollBy(0, EDGE / 4);
      over(below(event));
    };
    const end = (event) => {
      const found = event.type === "pointerup" ? below(event) : null;
      lifted.classList.remove("pr-lifted");
      lifted.style.pointerEvents = lifted.style.transform = "";
      handle.removeEventListener("pointermove", move);
      for (const name of ["pointerup", "pointercancel"]) handle.removeEventListener(name, end);
      over(null);
      drop(found);
    };
    handle.setPointerCapture(down.pointerId);
    handle.addEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) handle.addEventListener(name, end);
  });
}

function marker() {
  let marked = null;
  return (element) => {
    if (marked !== element) {
      marked?.classList.remove("pr-target");
      element?.classList.add("pr-target");
      marked = element ?? null;
    }
  };
}

function order(control) {
  const list = control.querySelector(".pr-order");
  const say = speaker(control);
  const { up, down, keep, moved } = control.dataset;
  const rows = () => [...list.children];
  const rankOf = (row) => row.querySelector("select");
  const wordsOf = (row) => {
    const label = row.querySelector("label");
    return label.textContent.trim() || label.querySelector("img")?.alt || "";
  };
  const asIs = make("button", "govuk-button govuk-button--secondary", keep);

  const write = () => rows().forEach((row, place) => { rankOf(row).value = place + 1; });
  const show = () => {
    rows().forEach((row, place) => {
      const [first, last] = row.querySelectorAll(".pr-tool");
      first.disabled = place === 0;
      last.disabled = place === rows().length - 1;
    });
    asIs.hidden = rows().every((row) => rankOf(row).value);
  };
  const move = (row, place) => {
    const focused = document.activeElement;
    list.insertBefore(row, rows().filter((other) => other !== row)[place] ?? null);
    write();
    show();
    if (row.contains(focused)) (focused.disabled ? row.querySelector(".pr-tool:enabled") : focused)?.focus();
    say(fill(moved, { words: wordsOf(row), place: place + 1, count: rows().length }));
  };

  for (const row of rows()) {
    const tools = make("span", "pr-order__tools");
    for (const [step, word, kind] of [[-1, up, "up"], [1, down, "down"]]) {
      const tool = make("button", `pr-tool pr-tool--${kind}`);
      tool.setAttribute("aria-label", `${word}: ${wordsOf(row)}`);
      tool.append(make("span", "pr-tool__sign"));
      tool.addEventListener("click", () => move(row, rows().indexOf(row) + step));
      tools.append(tool);
    }
    const grip = make("span", "pr-order__grip");
    const mark = marker();
    const rowAt = (element) => {
      const found = element?.closest?.(".pr-order__row");
      return found && found !== row && list.contains(found) ? found : null;
    };
    draggable(grip, row, (element) => mark(rowAt(element)), (element) => {
      const target = rowAt(element);
      if (target) move(row, rows().indexOf(target));
    });
    row.prepend(grip);
    row.append(tools);
    listen(rankOf(row), "change", (event) => {
      if (event.target.value) move(row, event.target.value - 1);
      else show();
    });
  }
  asIs.addEventListener("click", () => { write(); show(); list.querySelector(".pr-tool:enabled")?.focus(); });
  list.classList.add("pr-order--tools");
  list.after(asIs);
  const ranks = rows().map((row) => rankOf(row).value);
  if (ranks.every(Boolean) && new Set(ranks).size === ranks.length) {
    list.append(...rows().sort((one, other) => rankOf(one).value - rankOf(other).value));
  }
  show();
}

function gaps(control) {
  const words = control.querySelector("[data-words]");
  const boxes = [...control.querySelectorAll("select")];
  const areas = [...control.querySelectorAll("[data-area]")];
  const boxOf = (element) => {
    const area = element?.closest?.("[data-area]");
    if (area) return boxes.find((box) => box.dataset.gap === area.dataset.area);
    const box = element?.closest?.("select") ?? element?.closest?.(".pr-row")?.querySelector("select");
    return boxes.includes(box) ? box : null;
  };
  const show = () => {
    const used = new Set(boxes.map((box) => box.value));
    for (const word of words.children) word.classList.toggle("pr-words__word--used", used.has(word.dataset.word));
    for (const area of areas) {
      area.classList.toggle("pr-area--chosen", Boolean(boxes.find((box) => box.dataset.gap === area.dataset.area)?.value));
    }
  };
  for (const word of words.children) {
    const mark = marker();
    const drop = (element) => {
      const box = boxOf(element);
      if (!box) return;
      if (!control.dataset.reuse) for (const other of boxes) if (other.value === word.dataset.word) other.value = "";
      box.value = word.dataset.word;
      changed(box);
    };
    draggable(word, word, (element) => mark(boxOf(element)), drop);
  }
  words.classList.add("pr-words--move");
  listen(control, "change", show);
  show();
}

function hotspot(control) {
  const areas = [...control.querySelectorAll("[data-area]")];
  const boxOf = (area) => [...control.querySelectorAll("input")].find((box) => box.value === area.dataset.area);
  const show = () => areas.forEach((area) => area.classList.toggle("pr-area--chosen", boxOf(area)?.checked));
  for (const area of areas) listen(area, "click", () => boxOf(area)?.click());
  control.querySelector(".pr-figure").classList.add("pr-figure--live");
  listen(control, "change", show);
  show();
}

function points(control) {
  const { exact, tap } = control.dataset;
  const [width, height] = [Number(control.dataset.width), Number(control.dataset.height)];
  const stage = control.querySelector(".pr-figure__stage");
  const boxes = [...control.querySelectorAll("select")];
  const marks = [...control.querySelectorAll("[data-mark]")];
  const [columns, rows] = [".pr-figure__columns text", ".pr-figure__rows text"]
    .map((selector) => [...control.querySelectorAll(selector)].map((text) => text.textContent));
  const say = speaker(control);
  const at = (box) => box.value.split(" ").map(Number);

  const show = () => boxes.forEach((box, number) => {
    marks[number].setAttribute("visibility", box.value ? "visible" : "hidden");
    if (!box.value) return;
    const [x, y] = at(box);
    const [circle, text] = marks[number].children;
    circle.setAttribute("cx", `${x * 100 / width}%`);
    circle.setAttribute("cy", `${y * 100 / height}%`);
    text.setAttribute("x", `${x * 100 / width}%`);
    text.setAttribute("y", `${y * 100 / height}%`);
  });
  const put = (box, x, y) => {
    const cell = columns[Math.floor(x * columns.length / width)] + rows[Math.floor(y * rows.length / height)];
    box.querySelector("[data-exact]")?.remove();
    const option = new Option(fill(exact, { cell }), `${x} ${y}`);
    option.dataset.exact = "";
    box.options[0].after(option);
    option.selected = true;
    changed(box);
    say(option.text);
  };
  listen(stage, "click", (event) => {
    const seen = stage.getBoundingClientRect();
    const place = (offset, size, most) => Math.min(most - 1, Math.max(0, Math.floor(offset * most / size)));
    const [x, y] = [place(event.clientX - seen.left, seen.width, width), place(event.clientY - seen.top, seen.height, height)];
    const far = (box) => Math.hypot(at(box)[0] - x, at(box)[1] - y);
    // A further point fills an empty box; when there is none, the nearest point moves.
    const box = boxes.find((one) => !one.value) ?? boxes.reduce((one, other) => far(other) < far(one) ? other : one);
    put(box, x, y);
  });
  control.querySelector(".pr-figure").classList.add("pr-figure--live");
  control.querySelector(".govuk-hint")?.append(` ${tap}`);
  listen(control, "change", show);
  show();
}

// A number, and not to know it, exclude each other.
function scale(control) {
  const unknown = control.querySelector("[data-unknown]");
  const boxes = [...control.querySelectorAll("input:not([data-unknown])")];
  const given = () => { unknown.checked = false; };
  for (const box of boxes) for (const name of ["change", "input"]) listen(box, name, given);
  listen(unknown, "change", () => {
    if (!unknown.checked) return;
    for (const box of boxes) {
      if (box.type === "radio") box.checked = false;
      else box.value = "";
      box.dispatchEvent(new Event("emptied"));
    }
  });
}

function amount(control) {
  const box = control.querySelector("input[type=number]");
  const range = make("input", "pr-range");
  range.type = "range";
  for (const name of ["min", "max", "step"]) range[name] = box[name];
  range.setAttribute("aria-label", control.querySelector("legend").textContent.trim());
  const read = () => {
    range.classList.toggle("pr-range--untouched", !box.value);
    range.value = box.value || (Number(box.min) + Number(box.max)) / 2;
  };
  const write = () => {
    box.value = range.value;
    box.dispatchEvent(new Event("input", { bubbles: true }));
  };
  scale(control);
  // A click on the place where the range already stands changes nothing, and yet says something.
  for (const name of ["input", "click"]) range.addEventListener(name, write);
  for (const name of ["input", "emptied"]) listen(box, name, read);
  box.closest(".pr-amount").prepend(range);
  read();
}

const QUIET = 2000;
function long(control) {
  const box = control.querySelector("textarea");
  const count = control.querySelector("[data-count]");
  const say = speaker(control);
  const rules = new Intl.PluralRules(document.documentElement.lang);
  let timer = 0;
  const show = () => {
    const words = box.value.split(/\s+/).filter((piece) => /[\p{L}\p{N}]/u.test(piece)).length;
    count.textContent = fill(rules.select(words) === "one" ? control.dataset.one : control.dataset.many, { count: words });
    count.hidden = false;
    clearTimeout(timer);
    // Nobody wants to hear a number at every word.
    timer = setTimeout(() => say(count.textContent), QUIET);
  };
  listen(box, "input", show);
}

const KINDS = { "audio/webm;codecs=opus": "webm", "audio/mp4": "m4a", "audio/ogg;codecs=opus": "ogg" };
const VOICE = 48_000;
const recorders = new WeakMap();

function spoken(control) {
  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) return;
  const kind = Object.keys(KINDS).find((one) => MediaRecorder.isTypeSupported(one));
  if (!kind) return;
  const words = control.dataset;
  const box = control.querySelector("input[type=file]");
  const owner = box.form ?? control;
  const panel = make("div", "pr-recorder");
  const button = make("button", "govuk-button");
  const label = make("span", "", words.start);
  const state = make("p", "pr-recorder__state");
  const left = make("span");
  const player = make("audio");
  const spokenState = speaker(panel);
  const say = (sentence) => { state.replaceChildren(sentence, " ", left); spokenState(sentence); };
  player.controls = true;
  player.hidden = true;
  player.addEventListener("error", () => { player.hidden = true; });
  button.append(make("span", "pr-recorder__sign"), label);
  panel.prepend(button, state, player);
  box.before(panel);

  const record = async () => {
    let stream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      say(words.refused);
      box.focus();
      return;
    }
    const pieces = [];
    const recorder = new MediaRecorder(stream, { mimeType: kind, audioBitsPerSecond: VOICE });
    const until = performance.now() + words.seconds * 1000;
    const tick = () => {
      const seconds = Math.max(0, Math.ceil((until - performance.now()) / 1000));
      left.textContent = fill(words.left, { seconds });
      if ((!seconds || !control.isConnected) && recorder.state === "recording") recorder.stop();
    };
    const clock = setInterval(tick, 250);
    recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
    recorder.addEventListener("stop", () => {
      clearInterval(clock);
      for (const track of stream.getTracks()) track.stop();
      recorders.delete(owner);
      keep(new File(pieces, `recording.${KINDS[kind]}`, { type: kind.split(";")[0] }));
    });
    recorders.set(owner, recorder);
    panel.classList.add("pr-recorder--on");
    player.hidden = true;
    label.textContent = words.stop;
    say(words.recording);
    tick();
    recorder.start();
  };
  const keep = (file) => {
    const files = new DataTransfer();
    files.items.add(file);
    box.files = files.files;
    left.textContent = "";
    panel.classList.remove("pr-recorder--on");
    label.textContent = words.again;
    if (player.src) URL.revokeObjectURL(player.src);
    player.src = URL.createObjectURL(file);
    player.hidden = false;
    say(words.done);
  };
  button.addEventListener("click", () => {
    const running = recorders.get(owner);
    if (running) running.stop();
    else record();
  });
}

// Next pressed while a recording runs: end it, then send it. Earlier than whoever else listens to the sending.
window.addEventListener("submit", (event) => {
  const recorder = recorders.get(event.target);
  if (!recorder) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { target, submitter } = event;
  recorder.addEventListener("stop", () => target.requestSubmit(submitter));
  recorder.stop();
}, true);

const ways = { order, gaps, hotspot, points, scale, amount, long, spoken };

function enhance() {
  for (const control of document.querySelectorAll("[data-control]:not([data-ready])")) {
    control.dataset.ready = "";
    listening.get(control)?.abort();
    listening.set(control, new AbortController());
    ({ signal } = listening.get(control));
    ways[control.dataset.control]?.(control);
  }
}

enhance();
document.addEventListener("htmx:after:swap", enhance);
