// Copying, printing, and a quiet way back. Everything else on these pages works without script.
(() => {
  "use strict";
  const say = (text) => {
    const status = document.getElementById("said");
    if (status) status.textContent = text;
  };

  for (const button of document.querySelectorAll("[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    if (!source || !navigator.clipboard) continue;
    const label = button.textContent;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const lines = source.querySelectorAll("li");
      const text = lines.length
        ? Array.from(lines, (line) => line.textContent.trim()).join("\n")
        : source.textContent.replaceAll(" ", "");
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = "Copied";
        say("Copied to the clipboard.");
        setTimeout(() => { button.textContent = label; }, 2000);
      } catch {
        say("Copying did not work. Select the text and copy it yourself.");
      }
    });
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // A page that answered a form is not shown again by the browser's "Back", which would ask to send the form once more.
  // Whoever leaves it for good finds another page in its place.
  for (const link of document.querySelectorAll("[data-leave]")) {
    link.addEventListener("click", () => history.replaceState(null, "", link.dataset.leave));
  }
})();
