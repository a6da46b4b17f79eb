// For scripts of the application, at {base}/postern.js: lets `fetch` go on after the person has signed in or verified again, in a
// window of its own, so that nothing on the page is lost. See docs/scripts.md.
(() => {
  "use strict";
  const own = document.currentScript;
  const base = new URL(own.src).href.replace(/\/postern\.js(\?.*)?$/, "");
  const say = (name, otherwise) => own.dataset[name] || otherwise;

  // What the session is like now; `null` if the gateway cannot be asked.
  const session = async () => {
    try {
      const response = await fetch(`${base}/api/session`, { credentials: "include", headers: { Accept: "application/json" } });
      return response.ok ? (await response.json()).data : {};
    } catch {
      return null;
    }
  };
  // Changes with each sign-in and each verification; `null` if the gateway could not be asked.
  const mark = (told) => told && `${told.first_factor_at} ${told.second_factor?.verified_at}`;
  // Questions about the session count as its use, so they end after some minutes: nobody may be there.
  const EVERY = 2000;
  const AT_MOST = 300;

  // The step that a response asks for, as a URL of the gateway; `null` for any other response.
  const stepOf = async (response) => {
    if (response.status !== 401) return null;
    try {
      const step = new URL((await response.clone().json()).error.details.url);
      return step.href.startsWith(`${base}/`) ? step : null;
    } catch {
      return null;
    }
  };

  let asking = null;
  // Asks the person once for all calls that wait; resolves to whether the session was renewed.
  const renew = (step) => {
    asking ??= ask(step).finally(() => { asking = null; });
    return asking;
  };

  const ask = async (step) => {
    let before = mark(await session());
    const way = new URL(step);
    way.searchParams.set("rd", `${base}/renewed`);
    const dialog = document.createElement("dialog");
    dialog.className = "postern";
    const text = document.createElement("p");
    text.textContent = say("text", "Please confirm that it is you. What you entered on this page is kept.");
    const go = document.createElement("button");
    go.textContent = say("go", "Continue in a new window");
    const stop = document.createElement("button");
    stop.textContent = say("stop", "Not now");
    go.type = stop.type = "button";
    dialog.append(text, go, stop);
    document.body.append(dialog);
    dialog.showModal();
    return new Promise((resolve) => {
      // The window's own message reaches pages of the gateway's origin; those of others ask.
      const channel = new BroadcastChannel("postern");
      let timer = 0;
      let asked = 0;
      let pending = false;
      const end = (renewed) => {
        clearInterval(timer);
        channel.close();
        dialog.remove();
        resolve(renewed);
      };
      const look = async () => {
        if (pending) return;
        if (++asked > AT_MOST) return end(false);
        pending = true;
        const told = await session();
        pending = false;
        before ??= mark(told);
        if (told?.level === "full" && mark(told) !== before) end(true);
      };
      channel.addEventListener("message", look);
      // Opened by the click, so that no browser blocks it.
      go.addEventListener("click", () => {
        window.open(way, "postern", "popup,width=520,height=760");
        asked = 0;
        if (!timer) timer = setInterval(look, EVERY);
      });
      stop.addEventListener("click", () => end(false));
      dialog.addEventListener("cancel", () => end(false));
    });
  };

  // Like the browser's `fetch`. A call that was refused for a missing step is made once more after it; the gateway has not passed
  // the first one on, so that nothing happens twice.
  const call = async (input, init) => {
    const request = new Request(input, init);
    const again = request.clone();
    const response = await fetch(request);
    const step = await stepOf(response);
    return step && await renew(step) ? fetch(again) : response;
  };

  // Calls `told({ in_seconds, code, url, renew })` once, `seconds` before the session asks for a step. Does not tell that a session
  // ends for want of use.
  const beforeEnd = async (seconds, told) => {
    const now = await session();
    // A device that wakes before its network does.
    if (!now) return void setTimeout(() => beforeEnd(seconds, told), 60_000);
    const next = now.renewal;
    if (!next) return;
    const wait = next.in_seconds - seconds;
    // Asked again at that time only, since each question counts as use. Browsers' timers take 24 days at most.
    if (wait > 0) {
      setTimeout(() => beforeEnd(seconds, told), Math.min(wait, 86_400) * 1000);
    } else {
      told({ ...next, renew: () => renew(next.url) });
    }
  };

  window.postern = Object.freeze({ fetch: call, beforeEnd });
})();
