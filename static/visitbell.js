// Small comforts on pages that already work without them. A control that needs this file is sent hidden and
// shown here, so nobody meets a button that does nothing. Nothing here decides or stores anything.

// A comfort meets each of its elements once, and may return what to do again whenever a part of the page is replaced.
const comforts = [];

function each(selector, act) {
  const comfort = { selector, act, again: new WeakMap() };
  comforts.push(comfort);
  give(comfort);
}

function give({ selector, act, again }) {
  document.querySelectorAll(selector).forEach((element) => {
    if (!again.has(element)) again.set(element, act(element) ?? (() => {}));
    again.get(element)();
  });
}

document.addEventListener("htmx:after:swap", () => comforts.forEach(give));

// The answer holds no such part: it is another page, or an error. Then it takes the place of the whole page.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (!ctx.select || new DOMParser().parseFromString(ctx.text, "text/html").querySelector(ctx.select)) return;
  Object.assign(ctx, { select: null, selectOOB: null, target: document.body, swap: "outerSync", push: "true" });
  document.addEventListener("htmx:after:swap", () => {
    window.scrollTo(0, 0);
    document.getElementById("main")?.focus({ preventScroll: true });
  }, { once: true });
});

// What should be put right is read out first.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  if (ctx.response?.status === 422) document.querySelector(".error-summary")?.focus();
});

// No answer came: the form is sent, or the link followed, the way it would be without scripts.
document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (!ctx?.request) return;
  const { form, submitter, action } = ctx.request;
  if (!form) {
    location.assign(action);
    return;
  }
  if (submitter?.name) {
    const pressed = document.createElement("input");
    Object.assign(pressed, { type: "hidden", name: submitter.name, value: submitter.value });
    form.append(pressed);
  }
  form.action = action;
  form.submit();
});

// The copy button beside a private calendar link.
each("[data-copies]", (button) => {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const link = document.getElementById(button.dataset.copies);
    link.select();
    try {
      await navigator.clipboard.writeText(link.value);
    } catch {
      return; // The link stays selected, so the keyboard can still copy it.
    }
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, 4000);
  });
  return () => { button.hidden = false; };
});

// Fewer and more, around a number field.
each("[data-steps]", (button) => {
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.steps);
    if (button.dataset.by === "-1") field.stepDown(); else field.stepUp();
    ["input", "change"].forEach((kind) => field.dispatchEvent(new Event(kind, { bubbles: true })));
  });
  return () => { button.hidden = false; };
});

// A suggestion that fills the field above it.
each("[data-fills]", (button) => {
  button.addEventListener("click", () => {
    const field = document.getElementById(button.dataset.fills);
    field.value = button.textContent.trim();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });
  return () => button.closest("[hidden]")?.removeAttribute("hidden");
});

// One box that ticks a whole group of the queue, and shows a dash when only some are ticked.
each("[data-selects]", (all) => {
  const boxes = () => [...document.querySelectorAll(`[data-group="${CSS.escape(all.dataset.selects)}"]`)];
  const show = () => {
    const ticked = boxes().filter((box) => box.checked).length;
    all.hidden = false;
    all.checked = ticked > 0 && ticked === boxes().length;
    all.indeterminate = ticked > 0 && ticked < boxes().length;
  };
  all.addEventListener("change", () => boxes().forEach((box) => { box.checked = all.checked; }));
  document.addEventListener("change", (event) => {
    if (event.target.dataset.group === all.dataset.selects) show();
  });
  return show;
});

// The bulk bar counts what is ticked. Its sentence comes from the server, with {count} in it.
each("[data-counts]", (button) => {
  const show = () => {
    const ticked = document.querySelectorAll(`#${button.getAttribute("form")} [data-group]:checked`).length;
    button.textContent = button.dataset.counts.replace("{count}", ticked);
    button.disabled = ticked === 0;
  };
  document.addEventListener("change", show);
  return show;
});

// Taking every tick of a queue away again.
each("[data-clears]", (button) => {
  button.addEventListener("click", () => {
    document.querySelectorAll(`#${button.dataset.clears} [data-group]:checked`).forEach((box) => {
      box.checked = false;
      box.dispatchEvent(new Event("change", { bubbles: true }));
    });
  });
  return () => { button.hidden = false; };
});

// Parts of a page that follow what goes on elsewhere, until the server no longer marks them as such.
const followed = () => [...document.querySelectorAll("[data-follows]")];
const catchUp = async () => {
  try {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const parts = [...page.querySelectorAll("[data-follows]")];
    if (parts.map((part) => part.id).join() !== followed().map((part) => part.id).join()) {
      location.reload(); // It has come to its next stage, and the whole page with it.
      return;
    }
    followed().forEach((part, number) => {
      const next = parts[number];
      if (next.innerHTML !== part.innerHTML) part.replaceChildren(...next.childNodes);
    });
  } catch { /* The next look may get through. */ }
  setTimeout(catchUp, 2000);
};
if (followed().length) setTimeout(catchUp, 2000);

// The parts of a page that change with what is answered so far; the server keeps the answers as a draft while they come.
// A part in which somebody types or presses stays as it is until they leave it.
each("[data-refreshes]", (area) => {
  const form = area.querySelector("form");
  let waiting, asked, parts = [];
  const stop = () => { clearTimeout(waiting); asked?.abort(); parts = []; };
  const show = () => {
    parts = parts.filter((next) => {
      const part = document.getElementById(next.id);
      if (part?.matches(":active") || part?.contains(document.activeElement)) return true;
      part?.replaceChildren(...next.childNodes);
      return false;
    });
  };
  const ask = async () => {
    asked = new AbortController();
    try {
      const body = new FormData(form);
      const answer = await fetch(area.dataset.refreshes, { method: "POST", body, signal: asked.signal });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      parts = [...page.querySelectorAll("body > [id]")];
      show();
    } catch { /* The button that shows the lessons still works. */ }
  };
  form.addEventListener("input", () => { stop(); waiting = setTimeout(ask, 400); });
  form.addEventListener("focusout", () => setTimeout(show));
  form.addEventListener("submit", stop);
});

// The queue stands beside what is open and scrolls by itself: the open row comes into its view.
each(".with-queue > .queue", (queue) => {
  const row = queue.querySelector("[aria-current]")?.closest("li");
  if (row && row.offsetTop > queue.clientHeight - row.clientHeight) queue.scrollTop = row.offsetTop - queue.clientHeight / 2;
});

// A request of the queue was opened in place: its row is marked, and it is brought into view.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const area = document.querySelector(".with-queue:has(> #open)");
  if (!area || ctx.select !== "#open") return;
  const present = new URL(ctx.request.action, location).pathname;
  area.querySelectorAll("[data-row]").forEach((link) => {
    const isOpen = link.pathname === present;
    link.closest("li").classList.toggle("queue-row-current", isOpen);
    link.toggleAttribute("aria-current", isOpen);
    if (isOpen) link.setAttribute("aria-current", "true");
  });
  area.classList.replace("with-queue-list", "with-queue-open");
  const row = area.querySelector("[aria-current]");
  const next = row?.checkVisibility() ? row : document.getElementById("main");
  if (!document.activeElement?.closest(".queue") || next !== row) next.focus({ preventScroll: true });
  if (next === row) row.scrollIntoView({ block: "nearest" });
  const open = document.getElementById("open");
  if (next !== row) window.scrollTo(0, 0); else if (open.getBoundingClientRect().top < 0) open.scrollIntoView();
});

// Single keys on the proposal board. Each does what a control that is there to see does; all are off inside fields.
each(".with-queue[data-keys]", (area) => {
  let last = null;
  const links = () => [...area.querySelectorAll("[data-row]")];
  const at = () => {
    const here = links().findIndex((link) => link === document.activeElement);
    return here >= 0 ? here : links().findIndex((link) => link.getAttribute("aria-current"));
  };
  const go = (step) => links()[Math.max(0, Math.min(at() + step, links().length - 1))]?.focus();
  const box = (link) => link?.closest("li").querySelector("[type=checkbox]");
  const tick = (one, checked) => {
    if (!one) return;
    one.checked = checked;
    one.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const select = (toHere) => {
    const here = at();
    const from = toHere && last !== null ? last : here;
    const checked = from === here ? !box(links()[here])?.checked : true;
    links().slice(Math.min(from, here), Math.max(from, here) + 1).forEach((link) => tick(box(link), checked));
    last = here;
  };
  const press = (selector) => document.querySelector(selector)?.click();
  const keys = {
    j: () => go(1), k: () => go(-1), x: () => select(false), X: () => select(true),
    a: () => press("[data-key='a']"), s: () => press("[data-key='s']"), u: () => press("#said .undo-note button"),
    "?": () => { const list = document.getElementById("keys"); list.open = true; list.querySelector("summary").focus(); },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select")) return;
    const choice = /^[1-3]$/.test(event.key) && document.querySelectorAll("[data-choices] [type=radio]")[event.key - 1];
    if (choice) { choice.checked = true; choice.focus(); } else if (keys[event.key]) keys[event.key](); else return;
    event.preventDefault();
  });
});

// The usual week: one tab stop, arrows between boxes and heads, Shift to carry a tick along, and painting with a mouse.
each("[data-week]", (area) => {
  const rows = () => [...area.querySelectorAll("tr")].map((row) => [...row.querySelectorAll("button, input")]);
  const lines = () => rows().map((row, number) => (number ? row : [null, ...row]));
  const place = (one) => {
    const y = lines().findIndex((row) => row.includes(one));
    return y < 0 ? null : [y, lines()[y].indexOf(one)];
  };
  const all = () => rows().flat();
  const rove = (one) => all().forEach((each) => { each.tabIndex = each === one ? 0 : -1; });
  const set = (box, checked) => {
    if (box?.type !== "checkbox" || box.checked === checked) return;
    box.checked = checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const toward = (event, [y, x]) => {
    const end = lines()[y].length - 1;
    if (event.key === "Home") return event.ctrlKey ? lines()[1][1] : lines()[y][1];
    if (event.key === "End") return event.ctrlKey ? lines().at(-1).at(-1) : lines()[y][end];
    const [down, along] = steps[event.key] ?? [];
    const forward = document.dir === "rtl" ? -along : along;
    return lines()[y + down]?.[x + forward];
  };
  area.addEventListener("focusin", (event) => rove(event.target));
  area.addEventListener("keydown", (event) => {
    const here = place(event.target);
    if (!here || event.altKey || event.metaKey || !(event.key in steps || ["Home", "End"].includes(event.key))) return;
    event.preventDefault();
    const next = toward(event, here);
    next?.focus();
    if (next && event.shiftKey && event.target.type === "checkbox") set(next, event.target.checked);
  });
  // A finger scrolls; a mouse paints with what its first box became.
  let paints = null;
  area.addEventListener("pointerdown", (event) => {
    const box = event.pointerType === "mouse" && event.target.closest("label")?.querySelector("input");
    if (!box) return;
    const checked = !box.checked;
    paints = { box, checked, moved: false };
  });
  area.addEventListener("pointerover", (event) => {
    const box = paints && event.buttons === 1 && event.target.closest("label")?.querySelector("input");
    if (!box || box === paints.box) return;
    if (!paints.moved) set(paints.box, paints.checked);
    paints.moved = true;
    set(box, paints.checked);
  });
  document.addEventListener("pointerup", () => { paints = null; });
  return () => rove(all().find((one) => one === document.activeElement) ?? area.querySelector("input"));
});
