// Copy buttons: a text as it stands, or a table with all digits, ready for a spreadsheet.
function attach() {
  for (const button of document.querySelectorAll("button[data-copies][hidden]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      copy(button, document.getElementById(button.dataset.copies).textContent.trim());
    });
  }
  for (const table of document.querySelectorAll("table[data-copy]:not([data-copied])")) {
    table.dataset.copied = "";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet small";
    button.textContent = "Copy with all digits";
    button.addEventListener("click", () => copy(button, lines(table)));
    table.closest(".table-box").after(button);
  }
}

function lines(table) {
  // A reader who sees 0,5 pastes into a spreadsheet that reads 0,5 (see numbers.js).
  const decimal = document.documentElement.dataset.decimal ?? ".";
  return [...table.rows].map((row) => [...row.cells].map((cell) =>
    cell.querySelector("data")?.value.replace(".", decimal) ?? cell.textContent.replace(/\s+/g, " ").trim(),
  ).join("\t")).join("\n");
}

async function copy(button, text) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "The browser did not allow it";
  }
  setTimeout(() => { button.textContent = label; }, 2000);
}

if (navigator.clipboard) {
  attach();
  document.addEventListener("content-added", attach);
}
