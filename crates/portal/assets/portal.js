// Copying, printing, local times, and a guard against double submission. Everything works without script.
(() => {
  "use strict";
  // Its words are in the page, in the reader's language.
  const status = document.getElementById("said");
  const words = status?.dataset ?? {};
  const say = (text) => {
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
        button.textContent = words.copied;
        say(words.done);
        setTimeout(() => { button.textContent = label; }, 2000);
      } catch {
        say(words.failed);
      }
    });
  }

  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // The window of `postern.js` ends here; browsers close it only if they count it as opened by a script.
  if (document.querySelector("[data-renewed]")) {
    new BroadcastChannel("postern").postMessage("renewed");
    window.close();
  }

  // Times are UTC until here; the reader's own zone is better. The page's language, as it is written in the reader's country.
  const { lang } = document.documentElement;
  const locale = navigator.languages.find((wanted) => wanted.split("-")[0] === lang.split("-")[0]) ?? lang;
  const local = (element) => {
    const at = new Date(element.dateTime);
    return Number.isNaN(at.getTime()) ? null
      : at.toLocaleString(locale, { dateStyle: "medium", timeStyle: "short" });
  };
  for (const element of document.querySelectorAll("time[data-local]")) element.textContent = local(element) ?? element.textContent;
  for (const element of document.querySelectorAll("time[data-local-title]")) element.title = local(element) ?? element.title;

  // Set-up without an app needs passkeys.
  document.querySelector("[data-instead]")?.toggleAttribute("hidden", !window.PublicKeyCredential);

  // A second click while the first answer is on its way would send the same code again.
  const once = new Set(document.querySelectorAll("form[data-once]:not([data-passkey])"));
  let sent = new Set();
  // Fields may hide properties.
  document.addEventListener("submit", (event) => {
    if (sent.has(event.target)) event.preventDefault();
    if (once.has(event.target)) sent.add(event.target);
  });
  // Back from the back/forward cache, it may be sent again.
  addEventListener("pageshow", () => { sent = new Set(); });

  // Browsers carry the fragment of the wanted page along to a page that comes first; what follows its form or its links would
  // lose it. A fragment that names a part of this page is our own.
  if (location.hash.length > 1 && !document.getElementById(location.hash.slice(1))) {
    for (const way of document.querySelectorAll("form:not([data-kept]) :is([name=rd], [name=back])")) {
      if (!way.value.includes("#")) way.value += location.hash;
    }
    for (const link of document.querySelectorAll("a[href*='rd='], a[data-onward]")) link.hash ||= location.hash;
  }
})();
