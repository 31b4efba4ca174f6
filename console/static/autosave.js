// Saves a draft by itself a few seconds after the last key, through the same form. Without this file, Save does it.
// When somebody else has saved meanwhile, what is typed goes on being kept, beside theirs, until Save shows both.
const form = document.getElementById("assessment");
const status = document.getElementById("autosave");
const PAUSE = 5000;
let timer, saving = false, again = false, sent = false;

async function save() {
  if (sent) return;
  again = saving;
  if (saving) return;
  saving = true;
  try {
    const answer = await fetch(form.action, {
      method: "POST", body: new URLSearchParams(new FormData(form)), headers: {Accept: "application/json"},
    });
    const said = await answer.json();
    if (answer.ok && !said.aside) form.elements.base.value = said.version;
    status.textContent = said.said;
  } catch {
    status.textContent = "Not saved: there is no connection. Your words are in this page; press Save later.";
  } finally {
    saving = false;
    if (again) save();
  }
}

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(save, PAUSE);
});
form.addEventListener("submit", () => {
  clearTimeout(timer);
  sent = true;
});
