// Small comforts on pages that already work without them. A control that needs this file is sent hidden and
// shown here, so nobody meets a button that does nothing. Nothing here decides or stores anything.
"use strict";

function each(selector, act) {
  document.querySelectorAll(selector).forEach(act);
}

// The copy button beside a private calendar link.
each("[data-copies]", (button) => {
  const link = document.getElementById(button.dataset.copies);
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    link.select();
    try {
      await navigator.clipboard.writeText(link.value);
    } catch {
      return; // The link stays selected, so the keyboard can still copy it.
    }
    button.textContent = button.dataset.copied;
    setTimeout(() => { button.textContent = label; }, 4000);
  });
});

// Fewer and more, around a number field.
each("[data-steps]", (button) => {
  const field = document.getElementById(button.dataset.steps);
  button.hidden = false;
  button.addEventListener("click", () => {
    if (button.dataset.by === "-1") field.stepDown(); else field.stepUp();
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
});

// A suggestion that fills the field above it.
each("[data-fills]", (button) => {
  const field = document.getElementById(button.dataset.fills);
  button.closest("[hidden]")?.removeAttribute("hidden");
  button.addEventListener("click", () => {
    field.value = button.textContent.trim();
    field.focus();
  });
});

// One box that ticks a whole group of the queue, and shows a dash when only some are ticked.
each("[data-selects]", (all) => {
  const boxes = [...document.querySelectorAll(`[data-group="${CSS.escape(all.dataset.selects)}"]`)];
  const show = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked > 0 && ticked === boxes.length;
    all.indeterminate = ticked > 0 && ticked < boxes.length;
  };
  all.hidden = false;
  all.addEventListener("change", () => boxes.forEach((box) => { box.checked = all.checked; }));
  boxes.forEach((box) => box.addEventListener("change", show));
  show();
});

// The bulk bar counts what is ticked. Its sentence comes from the server, with {count} in it.
each("[data-counts]", (button) => {
  const form = document.getElementById(button.getAttribute("form"));
  const show = () => {
    const ticked = form.querySelectorAll("[data-group]:checked").length;
    button.textContent = button.dataset.counts.replace("{count}", ticked);
    button.disabled = ticked === 0;
  };
  form.addEventListener("change", show);
  show();
});

// Taking every tick of a queue away again.
each("[data-clears]", (button) => {
  const form = document.getElementById(button.dataset.clears);
  button.hidden = false;
  button.addEventListener("click", () => form.querySelectorAll("[data-group]:checked").forEach((box) => {
    box.checked = false;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }));
});

// Parts of a page that follow what goes on elsewhere, until the server no longer marks them as such.
const followed = [...document.querySelectorAll("[data-follows]")];
const catchUp = async () => {
  try {
    const answer = await fetch(location.href);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const parts = [...page.querySelectorAll("[data-follows]")];
    if (parts.map((part) => part.id).join() !== followed.map((part) => part.id).join()) {
      location.reload(); // It has come to its next stage, and the whole page with it.
      return;
    }
    followed.forEach((part, number) => {
      const next = parts[number];
      if (next.innerHTML !== part.innerHTML) part.replaceChildren(...next.childNodes);
    });
  } catch { /* The next look may get through. */ }
  setTimeout(catchUp, 2000);
};
if (followed.length) setTimeout(catchUp, 2000);

// The parts of a page that change with what is answered so far. A note is for a person, so no address carries it.
each("[data-refreshes]", (area) => {
  let turn = 0;
  area.addEventListener("change", async (event) => {
    const mine = ++turn;
    const answers = new FormData(event.target.form);
    ["csrf_token", "note"].forEach((name) => answers.delete(name));
    try {
      const answer = await fetch(`${area.dataset.refreshes}?${new URLSearchParams(answers)}`);
      if (!answer.ok || mine !== turn) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      page.querySelectorAll("body > [id]").forEach((next) => {
        const part = document.getElementById(next.id);
        if (!part.contains(document.activeElement)) part.replaceChildren(...next.childNodes);
      });
    } catch { /* The button that shows the lessons still works. */ }
  });
});
