// Copying, printing, local times, and a guard against double submission. Everything works without script.
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

  // Times are UTC until here; the reader's own zone is better.
  const local = (element) => {
    const at = new Date(element.dateTime);
    return Number.isNaN(at.getTime()) ? null
      : at.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
  };
  for (const element of document.querySelectorAll("time[data-local]")) element.textContent = local(element) ?? element.textContent;
  for (const element of document.querySelectorAll("time[data-local-title]")) element.title = local(element) ?? element.title;

  // Passkeys: the form is sent once the browser has the authenticator's response.
  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const ceremony = async (kind, options) => {
    options.challenge = bytes(options.challenge);
    for (const list of [options.allowCredentials, options.excludeCredentials]) {
      for (const known of list ?? []) known.id = bytes(known.id);
    }
    if (options.user) options.user.id = bytes(options.user.id);
    const credential = await navigator.credentials[kind]({ publicKey: options });
    const response = {};
    for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) response[part] = text(credential.response[part]);
    }
    return JSON.stringify({ id: credential.id, type: credential.type, response });
  };
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!window.PublicKeyCredential) continue;
    form.hidden = false;
    document.querySelector("[data-without-passkeys]")?.setAttribute("hidden", "");
    const problem = document.querySelector("[data-passkey-problem]");
    const button = form.querySelector("button[type=submit]");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (button.disabled) return;
      button.disabled = true;
      problem.hidden = true;
      try {
        form.elements.namedItem("code").value = await ceremony(form.dataset.passkey, JSON.parse(form.dataset.options));
        form.submit();
      } catch (error) {
        button.disabled = false;
        problem.hidden = false;
        problem.firstElementChild.textContent = error.name === "InvalidStateError"
          ? "This device already has a passkey for your account."
          : "The passkey wasn’t used. Try again.";
      }
    });
  }

  // A second click while the first answer is on its way would send the same code again.
  for (const form of document.querySelectorAll("form[data-once]:not([data-passkey])")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "1";
    });
  }
  // Coming back from the back/forward cache, a form may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-once]")) delete form.dataset.sent;
  });

  // Browsers carry the fragment of the wanted page along to a page that comes first; what follows its form or its links would
  // lose it. A fragment that names a part of this page is our own.
  if (location.hash.length > 1 && !document.getElementById(location.hash.slice(1))) {
    for (const way of document.querySelectorAll("input[name=rd]")) {
      if (!way.value.includes("#")) way.value += location.hash;
    }
    for (const link of document.querySelectorAll("a[href*='rd='], a[data-onward]")) link.hash ||= location.hash;
  }
})();
