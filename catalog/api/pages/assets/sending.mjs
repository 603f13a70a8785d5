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

// Says after a moment that an answer is awaited, until whatever is returned is called, at the latest after half a minute.
export function progress(text) {
  const line = document.createElement("p");
  line.className = "banner progress";
  line.setAttribute("role", "status");
  document.querySelector("#main").prepend(line);
  const begin = setTimeout(() => (line.textContent = text), 700);
  const end = () => {
    clearTimeout(begin);
    line.remove();
  };
  setTimeout(end, 30_000);
  return end;
}

const waiting = new WeakSet();
let sent = new WeakSet(); // what is on its way is not sent twice by a second press
const ends = new Set();

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (waiting.delete(form)) return;
  event.preventDefault();
  // A file leaves the page as it is, where each button asks for another one, and nothing tells when it came.
  const isFile = form.matches("[data-file]");
  const pressed = isFile ? (event.submitter ?? form) : form;
  if (sent.has(pressed)) return;
  sent.add(pressed);
  setTimeout(() => sent.delete(pressed), 10_000); // so does an answer that was stopped
  if (isFile) rest();
  ends.add(progress(isFile ? "The file is being made; your browser keeps it once it is there." : "It is sent, and not answered yet."));
  if (!(await isThere())) {
    rest();
    sent.delete(pressed);
    return announce(unsent);
  }
  announce("");
  waiting.add(form);
  form.requestSubmit(event.submitter);
});

function rest() {
  for (const end of ends) end();
  ends.clear();
}

// A page that one comes back to is as it was, but nothing of it is on its way.
addEventListener("pageshow", () => {
  rest();
  sent = new WeakSet();
});

let reading = () => {};
document.addEventListener("htmx:before:request", ({ detail }) => {
  if (!detail.ctx.sourceElement.matches("form")) return; // a part that comes by itself is not waited for
  reading();
  reading = progress("It is looked for, and not answered yet.");
});
document.addEventListener("htmx:finally:request", () => reading());
document.addEventListener("htmx:error", ({ detail }) => detail.ctx && detail.error instanceof TypeError && announce(unread));
document.addEventListener("htmx:after:request", () => announce(""));
// A part that cannot be read, of a session that ended as well, leaves what is shown; what one asked for by a form says why.
document.addEventListener("htmx:before:response", (event) => {
  const { response, sourceElement } = event.detail.ctx;
  const { ok, redirected, url } = response.raw;
  if (ok && !redirected) return;
  event.preventDefault();
  if (sourceElement.matches("form")) location.assign(url);
});
// What a part of another page leads to is meant from there.
document.addEventListener("htmx:after:swap", ({ detail: { ctx } }) => {
  const from = ctx.response?.raw.url;
  if (!from || !ctx.select || new URL(".", from).href === new URL(".", location.href).href) return;
  for (const link of document.querySelectorAll(`${ctx.select} a[href]`)) link.href = new URL(link.getAttribute("href"), from).href;
});
