// Saves a draft by itself a few seconds after the last key, through the same form. Without this file, Save does it.
const form = document.getElementById("assessment");
const status = document.getElementById("autosave");
const PAUSE = 5000;
let timer, saving = false, stopped = false;

async function save() {
  if (saving || stopped) return;
  saving = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST", body: new URLSearchParams(new FormData(form)), headers: {Accept: "application/json"},
    });
    const said = await answer.json();
    if (answer.ok) form.elements.base.value = said.version;
    stopped = !answer.ok;
    status.textContent = said.said;
  } catch {
    status.textContent = "Not saved: there is no connection. Your words are in this page; press Save later.";
  } finally {
    saving = false;
  }
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
});
form.addEventListener("submit", () => {
  clearTimeout(timer);
  stopped = true;
});
