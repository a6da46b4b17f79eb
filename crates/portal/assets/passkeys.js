// Passkeys, on the pages that ask for one, make one, offer one or list them.
(() => {
  "use strict";
  // The form is sent once the browser has the authenticator's response.
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
          ? problem.dataset.exists
          : problem.dataset.unused;
      }
    });
  }

  // Where this device can make a passkey, one is offered for the next time: to who leaves it out, not again for three months.
  const offer = document.querySelector("[data-passkey-offer]");
  const kept = "postern-passkey-offered";
  const recently = () => {
    try { return Date.now() - localStorage.getItem(kept) < 90 * 86400e3; } catch { return true; }
  };
  const capable = async () => {
    const known = await window.PublicKeyCredential?.getClientCapabilities?.();
    return known?.conditionalCreate || known?.userVerifyingPlatformAuthenticator
      || window.PublicKeyCredential?.isUserVerifyingPlatformAuthenticatorAvailable?.();
  };
  // A wrong code brings the page again, and with it the offer that was left out.
  if (offer) {
    try {
      if (document.getElementById("problem") && sessionStorage.getItem(kept)) localStorage.removeItem(kept);
      sessionStorage.removeItem(kept);
    } catch { /* There is no storage. */ }
  }
  if (offer && !recently()) {
    const choice = offer.querySelector("input");
    capable().then((can) => {
      choice.disabled = !can;
      offer.hidden = !can;
    }, () => {});
    choice.form.addEventListener("submit", () => {
      if (choice.disabled || choice.checked) return;
      try {
        localStorage.setItem(kept, Date.now());
        sessionStorage.setItem(kept, "now");
      } catch { /* Storage is full: it is offered again. */ }
    });
  }

  // Passkey managers stop offering passkeys that do not work here any more, where the browser can tell them.
  for (const told of document.querySelectorAll("[data-signal]")) {
    window.PublicKeyCredential?.[told.dataset.signal]?.(JSON.parse(told.dataset.options)).catch(() => {});
  }
})();
