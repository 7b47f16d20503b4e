// Keys and live claims for moderators; the pages work without this file.
const typing = (target) => target.closest("input:not([type=checkbox]), textarea, select");
const queue = document.querySelector("form[data-queue]");
const stored = document.querySelector("select[data-stored-texts]");

if (queue) keys(queue), watch(queue);
if (stored) stored.addEventListener("change", () => {
  const reason = document.getElementById("reason");
  if (stored.value) reason.value = stored.value;
  reason.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (!/^[a-z]$/.test(event.key)) return;
  const wanted = document.querySelector(`[data-key="${event.key}"]`);
  if (!wanted) return;
  event.preventDefault();
  // A link opens; a decision is only focused, so that one key never decides by itself.
  if (wanted.matches("a")) wanted.click();
  else wanted.focus();
});

function keys(form) {
  const rows = [...form.querySelectorAll("[data-item]")];
  let at = -1;
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if (event.key === "j" || event.key === "k") {
      at = Math.min(rows.length - 1, Math.max(0, at + (event.key === "j" ? 1 : -1)));
      rows[at].querySelector("a").focus();
    } else if (event.key === "x" && rows[at]) {
      const box = rows[at].querySelector("input[type=checkbox]");
      box.checked = !box.checked;
    } else return;
    event.preventDefault();
  });
}

function watch(form) {
  setInterval(async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(form.dataset.stateUrl);
      if (!answer.ok) return;
      const { waiting, claimed } = await answer.json();
      document.querySelector("[data-waiting]").textContent = waiting;
      for (const row of form.querySelectorAll("[data-item]")) {
        const who = claimed[row.dataset.item];
        const shown = row.querySelector("[data-claimed]");
        shown.textContent = who ? `${who} is on it` : "";
        shown.hidden = !who;
      }
    } catch {
      // The next round tries again.
    }
  }, 15_000);
}
