// Keeps the figures of the operations page fresh. The page is whole without this file.
const board = document.querySelector("[data-stream]");
const line = document.querySelector("[data-line]");

function say(text) {
  if (line.textContent !== text) line.textContent = text;
}

function place(texts) {
  for (const [name, text] of Object.entries(texts)) {
    for (const one of document.querySelectorAll(`[data-live="${CSS.escape(name)}"]`)) {
      if (one.textContent !== text) one.textContent = text;
    }
  }
}

if (board && line && window.EventSource) {
  const source = new EventSource(board.dataset.stream);
  source.addEventListener("open", () => say("These figures change by themselves."));
  source.addEventListener("figures", (event) => place(JSON.parse(event.data)));
  source.addEventListener("restarting", () => say("The console restarts. These figures may be old until it is back."));
  source.addEventListener("ended", (event) => {
    source.close();
    say(event.data);
  });
  source.addEventListener("error", () => {
    say(
      source.readyState === EventSource.CLOSED
        ? "The line is lost, and these figures are old. Reload the page."
        : "The line is lost, and these figures may be old. Trying again.",
    );
  });
}
