// Sends a form once the server answers: while it does not, what was typed stays on the page, and a sentence says why.
// So it does where a part of a page was to be read anew.

const alive = new URL("../health/live", import.meta.url);
const unsent = "The server cannot be reached, so that nothing was sent. What you typed is still here: send it again.";
export const unread = "The server cannot be reached: what you see is as it was read last. Try it again in a moment.";

async function isThere() {
  try {
    return (await fetch(alive, { cache: "no-store", signal: AbortSignal.timeout(5000) })).ok;
  } catch {
    return false;
  }
}

export function announce(text) {
  const banner = document.querySelector("#server-lost") ?? document.createElement("p");
  banner.id = "server-lost";
  banner.className = "banner warning";
  banner.setAttribute("role", "alert");
  banner.textContent = text;
  if (!text) return banner.remove();
  document.querySelector("#main").prepend(banner);
  banner.scrollIntoView({ block: "nearest" });
}

const waiting = new WeakSet();

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (waiting.delete(form)) return;
  event.preventDefault();
  if (!(await isThere())) return announce(unsent);
  announce("");
  waiting.add(form);
  form.requestSubmit(event.submitter);
});

document.addEventListener("htmx:error", ({ detail }) => detail.ctx && detail.error instanceof TypeError && announce(unread));
document.addEventListener("htmx:after:request", () => announce(""));
