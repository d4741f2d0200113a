// Makes the page nicer; everything works without it.
"use strict";

const announcer = document.getElementById("announcer");

function announce(text) {
  announcer.textContent = "";
  // A changed text is read out; the same text twice is not, so it is emptied first.
  window.setTimeout(() => { announcer.textContent = text; }, 50);
}

// Times: the user's time zone instead of UTC.
function localTimes(root) {
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
  for (const time of root.querySelectorAll("time[title]")) {
    const local = format.format(new Date(time.dateTime));
    if (time.textContent === time.title) time.textContent = local;
    time.title = local;
  }
}

// Dialogs: over the page instead of in it.
function dialogs() {
  for (const dialog of document.querySelectorAll("dialog")) {
    if (typeof dialog.showModal !== "function") continue;
    if (dialog.open) {
      dialog.open = false;
      dialog.showModal();
    }
    // A click outside closes it; a click on its content has another target.
    dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  }
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    const closer = event.target.closest("[data-closes]");
    const dialog = document.getElementById((opener ?? closer)?.dataset[opener ? "opens" : "closes"]);
    if (typeof dialog?.showModal !== "function" || event.ctrlKey || event.metaKey || event.shiftKey) return;
    // Opened by its address there is no page below to go back to: follow the link.
    if (closer && location.search.includes("dialog=")) return;
    event.preventDefault();
    if (opener) dialog.showModal(); else dialog.close();
  });
}

// Copy buttons: shown only where they work.
function copyButtons() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    const label = button.firstChild;
    const said = label.textContent;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        label.textContent = "Copied";
        announce(`Copied ${button.dataset.copy}`);
      } catch {
        announce("The text could not be copied. Select it instead.");
      }
      window.setTimeout(() => { label.textContent = said; }, 2000);
    });
  }
}

// Filters: a choice shows its lines at once and leaves the focus where it is.
function filters() {
  for (const form of document.querySelectorAll("form[data-updates]")) {
    let latest;
    form.addEventListener("change", async (event) => {
      if (event.target.tagName !== "SELECT") return;
      const url = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
      const place = document.getElementById(form.dataset.updates);
      // Answers may overtake each other: only the last choice counts.
      latest?.abort();
      latest = new AbortController();
      const { signal } = latest;
      place.setAttribute("aria-busy", "true");
      try {
        const answer = await fetch(url, { headers: { accept: "text/html" }, signal });
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.getElementById(form.dataset.updates);
        if (!answer.ok || !fresh) throw new Error("another page");
        localTimes(fresh);
        place.replaceChildren(...fresh.childNodes);
        history.replaceState(null, "", url);
        form.querySelector("[data-clears]").hidden = false;
        const lines = place.querySelectorAll(".lines > li").length;
        announce(lines === 0 ? "Nothing matches" : lines === 1 ? "1 line" : `${lines} lines`);
      } catch {
        if (!signal.aborted) location.assign(url);
      } finally {
        if (!signal.aborted) place.removeAttribute("aria-busy");
      }
    });
  }
}

localTimes(document);
dialogs();
copyButtons();
filters();
