// Walks the picture of a lineage: pan, zoom, a small map, arrow keys; and changes the page without losing one's place.
// Every link that it takes over is one that works without it.

import { announce, progress, unread } from "./sending.mjs";

const SVG = "http://www.w3.org/2000/svg";
const FAR = 0.45; // below this zoom no text can be read, and none is drawn
const READABLE = 1.5; // at this zoom its text is about as large as a footnote of the page
const MARGIN = 12; // pixels around a box that is brought into sight
const AROUND = 0.25; // so much of what one sees has its text laid out beside it, on each side
const made = (name, given = {}) => {
  const found = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(given)) found.setAttribute(key, value);
  return found;
};

const keyIn = (address) => decodeURIComponent(/[?&]node=([^&#]*)/.exec(address)[1].replaceAll("+", " "));

let written = () => {}; // draws all numbers of the picture
let seen = null; // where one looks: a place of the drawing and its zoom, kept when the page changes

function button(title, sign, act) {
  const found = document.createElement("button");
  found.type = "button";
  found.textContent = sign;
  found.setAttribute("aria-label", title);
  found.title = title;
  found.addEventListener("click", act);
  return found;
}

// The flows of a picture by their numbers. Those between the same two boxes that look alike are stretches of one line;
// their numbers stand in what a page without scripts shows, in the same order.
function flowsIn(svg, numbers) {
  const stated = [...(numbers?.innerHTML ?? "").matchAll(/<text x="(-?\d+)" y="(-?\d+)"( class="waits")?>([^<]*)</g)];
  numbers?.remove();
  const found = [];
  for (const line of svg.querySelectorAll(".flow")) {
    const boxes = line.dataset.edge.split(",").map(Number);
    const rows = line.dataset.rows?.split(" ");
    for (const [place, stretch] of line.getAttribute("d").split(/(?=M)/).entries()) {
      const [row, other] = rows?.[place].split(",") ?? ["", ""];
      const [, x, y, waits, number] = stated[found.length];
      const ends = { source: { box: boxes[0], row }, target: { box: boxes[1], row: other } };
      found.push({ line, stretch, ...ends, number, waits: Boolean(waits), x: +x, y: +y, width: 0, height: 0, text: null });
    }
  }
  return found.sort((one, other) => parseInt(one.number, 10) - parseInt(other.number, 10));
}

// How far from a point a stretch passes. Each piece of it goes on evenly from one x to another, and bends by half of that.
function away(stretch, x, y) {
  let [left, top] = stretch.match(/-?\d+/g).map(Number);
  let found = Infinity;
  for (const [, level, down, across] of stretch.matchAll(/h(-?\d+)|c\S+ 0 \S+ (-?\d+) (-?\d+)/g)) {
    const [wide, high] = [+(level ?? across), +(down ?? 0)];
    const share = wide ? Math.min(1, Math.max(0, (x - left) / wide)) : 0;
    let [least, most] = [0, 1];
    for (let step = 0; step < 12; step++) {
      const middle = (least + most) / 2;
      if (1.5 * middle * (1 - middle) + middle ** 3 < share) least = middle;
      else most = middle;
    }
    found = Math.min(found, Math.hypot(x - left - wide * share, y - top - high * most * most * (3 - 2 * most)));
    left += wide;
    top += high;
  }
  return found;
}

function explore(svg) {
  const world = svg.querySelector(".world");
  const { x: left, y: top, width, height } = svg.viewBox.baseVal;
  const links = [...svg.querySelectorAll(".world > a")];
  // What a box is called stands in its address, and is sent once.
  for (const link of links) link.dataset.key = keyIn(link.getAttribute("href"));
  const keys = links.map((link) => link.dataset.key);
  const boxes = new Map();
  for (const [place, link] of links.entries()) {
    const box = link.firstElementChild;
    const [x, y] = box.getAttribute("transform").match(/-?\d+/g).map(Number);
    const node = box.firstElementChild;
    boxes.set(keys[place], { link, x, y, width: +node.getAttribute("width"), height: +node.getAttribute("height") });
  }
  const canvas = svg.parentElement;
  const flows = flowsIn(svg, canvas.querySelector("noscript"));
  const [before, after] = [new Map(), new Map()];
  const add = (map, key, value) => (map.get(key) ?? map.set(key, new Set()).get(key)).add(value);
  for (const { source, target } of flows) {
    add(after, keys[source.box], keys[target.box]);
    add(before, keys[target.box], keys[source.box]);
  }
  const keyOf = ({ box, row }) =>
    row === "" ? keys[box] : links[box].querySelectorAll("[data-row]")[+row].dataset.row;

  canvas.removeAttribute("tabindex");
  canvas.classList.add("live");
  svg.classList.add("sparse");
  svg.dataset.whole = svg.getAttribute("viewBox");
  svg.removeAttribute("viewBox");
  svg.setAttribute("width", "100%");
  svg.setAttribute("height", "100%");
  svg.setAttribute("role", "application");
  svg.setAttribute("tabindex", "0");
  svg.setAttribute(
    "aria-label",
    "Picture of the lineage. Arrow left goes to what data came from, right to where it went, up and down to neighbours, " +
      "E the flows of a node one after the other, Enter shows what is known, plus and minus zoom. " +
      "The next stop is its flows. The list says the same.",
  );

  let view = { x: 0, y: 0, zoom: 1 };
  // Measured once, and when it changes: the page would be laid out each time that it is asked.
  const measure = () => ({ width: canvas.clientWidth, height: canvas.clientHeight });
  let room = measure();
  const wanted = height * Math.min(2, room.width / width) + 70;
  canvas.style.height = `${Math.max(240, Math.min(wanted, innerHeight * 0.75, 760))}px`;
  room = measure();
  const size = () => room;
  const map = smallMap();
  let waiting = 0;
  function look(next) {
    view = next;
    waiting ||= requestAnimationFrame(() => {
      waiting = 0;
      world.setAttribute("transform", `translate(${view.x} ${view.y}) scale(${view.zoom})`);
      svg.classList.toggle("far", view.zoom < FAR);
      letter();
      map.follow();
      seen = view;
    });
  }

  // Of a large picture most of the work is to lay out its text: so it is drawn of what one sees, and of what lies around.
  const lettered = [...boxes.values()].map((box) => ({ ...box, text: box.link.querySelector(".box > text") }));
  const numbers = svg.querySelector(".numbers");
  const lying = flows.filter((flow) => !flow.waits); // the numbers of others lie where there is no room for them
  const flowOf = new Map(); // by the element of its number
  let around = null; // the stretch of the drawing whose text is drawn
  let drawn = new Set();
  let numbered = new Set();
  let stopped = null; // the flow that the tab key leads to
  function write(flow) {
    if (!flow.text) {
      flow.text = made("text", { class: "number", x: flow.x, y: flow.y });
      flow.text.textContent = flow.number;
      flowOf.set(flow.text, flow);
    }
    if (!flow.text.isConnected) numbers.append(flow.text);
  }
  function letter() {
    const { width: w, height: h } = size();
    const [x, y, across, down] = [-view.x, -view.y, w, h].map((length) => length / view.zoom);
    const isFar = view.zoom < FAR;
    const isInside = around && x >= around.x && y >= around.y && x + across <= around.right && y + down <= around.bottom;
    if (isFar ? drawn.size === 0 && numbered.size === 0 : isInside) return;
    around = isFar
      ? null
      : { x: x - across * AROUND, y: y - down * AROUND, right: x + across * (1 + AROUND), bottom: y + down * (1 + AROUND) };
    const isNear = (one) =>
      one.x < around.right && one.y < around.bottom && one.x + one.width > around.x && one.y + one.height > around.y;
    const next = new Set(around ? lettered.filter(isNear) : []);
    for (const one of drawn) if (!next.has(one)) one.text.classList.remove("near");
    for (const one of next) if (!drawn.has(one)) one.text.classList.add("near");
    drawn = next;
    number(around ? lying.filter(isNear) : []);
  }
  function number(several) {
    const next = new Set(several);
    for (const flow of numbered) if (!next.has(flow) && flow !== stopped) flow.text.remove();
    next.forEach(write);
    numbered = next;
  }
  function whole() {
    const { width: w, height: h } = size();
    const zoom = Math.min(2, w / width, h / height);
    look({ x: (w - width * zoom) / 2 - left * zoom, y: (h - height * zoom) / 2 - top * zoom, zoom });
  }
  function toBox(key, zoom = view.zoom) {
    const box = boxes.get(key);
    if (!box) return;
    const { width: w, height: h } = size();
    // In the middle, but for a box at the drawing's edge: beside that there is nothing to see.
    const placed = (room, from, long, middle) => {
      const [first, last] = [room - (from + long) * zoom, -from * zoom];
      return first > last ? (first + last) / 2 : Math.min(last, Math.max(first, room / 2 - middle * zoom));
    };
    const x = placed(w, left, width, box.x + box.width / 2);
    look({ x, y: placed(h, top, height, box.y + box.height / 2), zoom });
  }
  // Moves no further than it takes to see a box whole, with a little around it.
  function reveal(key) {
    const box = boxes.get(key);
    const { width: w, height: h } = size();
    const into = (at, from, long, room) => {
      const first = at + from * view.zoom - MARGIN;
      const last = at + (from + long) * view.zoom + MARGIN;
      return at + (first < 0 ? -first : last > room ? Math.max(room - last, -first) : 0);
    };
    look({ x: into(view.x, box.x, box.width, w), y: into(view.y, box.y, box.height, h), zoom: view.zoom });
  }
  function zoomed(by, x = size().width / 2, y = size().height / 2) {
    const zoom = Math.min(6, Math.max(0.02, view.zoom * by));
    const ratio = zoom / view.zoom;
    look({ x: x - (x - view.x) * ratio, y: y - (y - view.y) * ratio, zoom });
  }
  function shows(key) {
    const box = boxes.get(key);
    const { width: w, height: h } = size();
    const [x, y] = [view.x + box.x * view.zoom, view.y + box.y * view.zoom];
    return x >= 0 && y >= 0 && x + box.width * view.zoom <= w && y + box.height * view.zoom <= h;
  }

  function smallMap() {
    const found = made("svg", {
      class: "small-map",
      viewBox: `${left} ${top} ${width} ${height}`,
      preserveAspectRatio: "xMidYMid meet",
      "aria-hidden": "true",
    });
    const shapes = [...boxes.values()].map((box) => `M${box.x} ${box.y}h${box.width}v${box.height}h-${box.width}z`);
    found.append(made("path", { d: shapes.join("") }));
    const frame = made("rect");
    found.append(frame);
    canvas.append(found);
    const go = (event) => {
      if (!(event.buttons & 1)) return;
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(found.getScreenCTM().inverse());
      const { width: w, height: h } = size();
      look({ x: w / 2 - point.x * view.zoom, y: h / 2 - point.y * view.zoom, zoom: view.zoom });
      event.stopPropagation();
      event.preventDefault();
    };
    found.addEventListener("pointerdown", go);
    found.addEventListener("pointermove", go);
    return {
      follow() {
        const { width: w, height: h } = size();
        const given = { x: -view.x / view.zoom, y: -view.y / view.zoom, width: w / view.zoom, height: h / view.zoom };
        for (const [key, value] of Object.entries(given)) frame.setAttribute(key, value);
        const all = given.x <= left && given.y <= top && given.x + given.width >= left + width;
        found.classList.toggle("needless", all && given.y + given.height >= top + height);
      },
    };
  }

  const tools = document.createElement("div");
  tools.className = "tools";
  tools.append(
    button("Zoom in", "+", () => zoomed(1.4)),
    button("Zoom out", "−", () => zoomed(1 / 1.4)),
    button("Show all of it", "⤢", whole),
    button("Back to what is asked about", "⌂", () => toBox(root(), Math.max(view.zoom, READABLE))),
  );
  canvas.before(tools); // not upon it: there they would cover the name of the last zone
  const root = () => svg.querySelector(".node.root")?.closest("a")?.dataset.key ?? links[0]?.dataset.key;

  let drag = null;
  let dragged = false;
  svg.addEventListener("pointerdown", (event) => {
    if (event.button === 0) drag = { x: event.clientX - view.x, y: event.clientY - view.y, from: [event.clientX, event.clientY] };
    dragged = false;
  });
  svg.addEventListener("pointermove", (event) => {
    if (!drag || !(event.buttons & 1)) return;
    if (!dragged && Math.hypot(event.clientX - drag.from[0], event.clientY - drag.from[1]) < 4) return;
    if (!dragged) svg.setPointerCapture(event.pointerId);
    dragged = true;
    look({ x: event.clientX - drag.x, y: event.clientY - drag.y, zoom: view.zoom });
  });
  svg.addEventListener("pointerup", () => (drag = null));
  svg.addEventListener("dragstart", (event) => event.preventDefault());
  svg.addEventListener(
    "click",
    (event) => {
      if (dragged) {
        event.preventDefault();
        event.stopPropagation();
      }
      dragged = false;
    },
    true,
  );
  svg.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // the page scrolls by the wheel alone
      event.preventDefault();
      const { left: x, top: y } = canvas.getBoundingClientRect();
      zoomed(Math.exp(-event.deltaY / 300), event.clientX - x, event.clientY - y);
    },
    { passive: false },
  );
  svg.addEventListener("click", (event) => {
    const flow = flowOf.get(event.target) ?? nearest(event);
    if (!flow) return;
    const there = new URL(location.href);
    there.searchParams.delete("node");
    there.searchParams.set("edge", [flow.source, flow.target].map(keyOf).join(","));
    there.hash = "panel";
    change(there);
  });

  // A line is of all edges between two boxes: of these the one that is meant passes nearest to the pointer.
  function nearest({ target, clientX, clientY }) {
    const several = flows.filter(({ line }) => line === target);
    if (several.length < 2) return several[0];
    const { x, y } = new DOMPoint(clientX, clientY).matrixTransform(world.getScreenCTM().inverse());
    return several.reduce((one, other) => (away(other.stretch, x, y) < away(one.stretch, x, y) ? other : one));
  }

  const near = (key, dx, dy) => {
    const one = boxes.get(key);
    const middle = one.y + one.height / 2;
    if (dx) {
      const joined = [...((dx < 0 ? before : after).get(key) ?? [])].filter((other) => boxes.has(other));
      return joined.sort((a, b) => Math.abs(boxes.get(a).y - middle) - Math.abs(boxes.get(b).y - middle))[0];
    }
    const beside = [...boxes].filter(([, box]) => box.x === one.x && Math.sign(box.y - one.y) === dy);
    return beside.sort(([, a], [, b]) => Math.abs(a.y - one.y) - Math.abs(b.y - one.y))[0]?.[0];
  };
  // The flows of a node, by E: first those that it came from, then those into which it went.
  let from = null; // the node whose flows one walks
  const flowsOf = (key) => [
    ...new Set(["target", "source"].flatMap((end) => flows.filter((flow) => keys[flow[end].box] === key))),
  ];
  function wordsOf({ box, row }) {
    const lines = [...links[box].querySelectorAll(".name")];
    if (row !== "") lines.push(links[box].querySelectorAll("[data-row]")[+row]);
    return lines.map((line) => line.textContent.trim()).join(" ");
  }
  // What is heard of a flow: its ends, how far it is, and what it went through, which the list knows of those it shows.
  const meanings = [...document.querySelectorAll("[data-mark]")].map((one) => [one.dataset.mark, one.dataset.ofFlows]);
  const rows = new Map([...document.querySelectorAll("table.flows tbody tr")].map((row) => [parseInt(row.cells[0].textContent, 10), row]));
  function labelOfFlow(flow, which) {
    const [source, target] = [flow.source, flow.target].map(wordsOf);
    const far = ({ box }) => links[box].getAttribute("aria-label").match(/, (step \d+ of \d+)(?=,|$)/)?.[1];
    const step = far(flow.source) ?? far(flow.target);
    const row = rows.get(parseInt(flow.number, 10));
    const through = row && `through ${row.cells[4].textContent.trim().replace(/\s+/g, " ")}`;
    const look = flow.line.classList;
    const attested = look.contains("strong") && !through?.endsWith(" attested") && "attested";
    const marked = meanings.filter(([mark]) => look.contains(mark)).map(([, meaning]) => meaning);
    return [`Flow ${flow.number}${which}: from ${source} to ${target}`, step, through, attested, ...marked]
      .filter(Boolean)
      .join(", ");
  }
  const flowHere = () => flowOf.get(document.activeElement);
  function follow(by) {
    const here = document.activeElement?.dataset?.key;
    from = boxes.has(here) ? here : (from ?? root());
    const every = flowsOf(from);
    if (!every.length) return;
    const at = boxes.has(here) ? (by > 0 ? 0 : every.length - 1) : every.indexOf(flowHere()) + by;
    const next = (at + every.length) % every.length;
    toFlow(every[next], `, ${next + 1} of ${every.length}`);
  }
  function toFlow(flow, which = "") {
    stop(flow, which);
    flow.text.focus({ preventScroll: true });
    const { width: w, height: h } = size();
    const [x, y] = [flow.x * view.zoom, flow.y * view.zoom];
    const isShown = x + view.x > 0 && x + view.x < w && y + view.y > 0 && y + view.y < h;
    if (!isShown) look({ x: w / 2 - x, y: h / 2 - y, zoom: view.zoom });
  }
  const followed = made("path", { class: "flow followed" });
  svg.addEventListener("focusin", (event) => {
    const flow = flowOf.get(event.target);
    if (!flow) return followed.remove();
    followed.setAttribute("d", flow.stretch);
    svg.querySelector(".flows").append(followed);
  });

  const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  svg.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const way = WAYS[event.key];
    const flow = flowHere();
    if (event.key === "e" || event.key === "E") follow(event.shiftKey ? -1 : 1);
    else if (flow && way?.[1]) {
      toFlow(flows[(flows.indexOf(flow) + way[1] + flows.length) % flows.length]);
      event.preventDefault();
    } else if (flow && (way || event.key === "Escape")) {
      focus(way ? keys[(way[0] < 0 ? flow.source : flow.target).box] : (from ?? root()));
      event.preventDefault();
    } else if (flow && event.key === "Enter") {
      document.activeElement.dispatchEvent(new MouseEvent("click", { bubbles: true }));
    } else if (way) {
      const here = document.activeElement?.dataset?.key;
      const next = here && boxes.has(here) ? near(here, ...way) : root();
      if (next) focus(next);
      event.preventDefault();
    } else if (event.key === "+" || event.key === "=") zoomed(1.4);
    else if (event.key === "-") zoomed(1 / 1.4);
    else if (event.key === "0") whole();
  });
  function focus(key) {
    boxes.get(key).link.focus({ preventScroll: true });
    if (!shows(key)) toBox(key, view.zoom < FAR ? READABLE : view.zoom);
  }
  svg.addEventListener("focusin", (event) => {
    const key = event.target.dataset?.key;
    if (key && event.target.matches(":focus-visible") && !shows(key)) toBox(key);
  });

  // Two stops for the tab key, the nodes and the flows: inside of each, arrows walk.
  for (const link of links) link.setAttribute("tabindex", "-1");
  function stop(flow, which = "") {
    if (stopped) {
      stopped.text.setAttribute("tabindex", "-1");
      stopped.text.classList.remove("stop");
      if (stopped !== flow && !numbered.has(stopped)) stopped.text.remove();
    }
    stopped = flow;
    write(flow);
    if (numbers.lastChild !== flow.text) numbers.append(flow.text); // upon others: many lie at one place
    flow.text.classList.add("stop"); // what is not drawn cannot be reached
    const given = { tabindex: "0", role: "link", "aria-label": labelOfFlow(flow, which) };
    for (const [name, value] of Object.entries(given)) flow.text.setAttribute(name, value);
  }
  if (flows.length) stop(flows[0]);
  written = () => number(lying);
  if (seen) look(seen);
  else {
    whole();
    const fits = Math.min(2, size().width / width, size().height / height);
    if (fits < 0.8 * READABLE) toBox(root(), READABLE); // what is large begins where one asked
  }
  // What was chosen is seen beside the panel that tells of it, which takes some of the room.
  const chosen = svg.querySelector(".chosen")?.closest("a")?.dataset.key;
  if (chosen && view.zoom >= FAR) reveal(chosen);
  new ResizeObserver(() => {
    room = measure();
    look(view);
  }).observe(canvas);
}

let asked = location.search; // what the page shows
let latest = 0; // of several changes at once the last one counts, in whatever order the answers come

async function change(address, push = true) {
  const mine = ++latest;
  const end = progress("It is looked for, and not answered yet.");
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  end();
  if (mine !== latest) return;
  announce(answer ? "" : unread);
  if (!answer) return;
  const type = answer.headers.get("content-type") ?? "";
  if (!answer.ok || answer.redirected || !type.startsWith("text/html")) {
    location.assign(address); // the page says what is wrong
    return;
  }
  const text = await answer.text();
  if (mine !== latest) return;
  const next = new DOMParser().parseFromString(text, "text/html");
  const held = document.activeElement?.dataset?.key;
  document.title = next.title;
  document.querySelector("main").replaceWith(document.adoptNode(next.querySelector("main")));
  const moments = next.querySelector("#moments");
  if (moments) {
    document.querySelector("#moments")?.replaceWith(document.adoptNode(moments));
    document.dispatchEvent(new Event("moments"));
  }
  if (push) history.pushState(null, "", address);
  asked = new URL(address, location.href).search;
  begin();
  const hash = new URL(address, location.href).hash.slice(1);
  const wanted = hash ? document.getElementById(hash) : null;
  if (wanted?.matches(".panel")) wanted.focus({ preventScroll: matchMedia("(width >= 60rem)").matches });
  else if (held) document.querySelector(`a[data-key="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
}

function begin() {
  const svg = document.querySelector(".canvas > svg.picture");
  if (svg) explore(svg);
}

// On paper all of the drawing is shown, wherever one looks.
const drawn = () => document.querySelector(".canvas.live > svg.picture");
addEventListener("beforeprint", () => {
  drawn()?.setAttribute("viewBox", drawn().dataset.whole);
  written();
});
addEventListener("afterprint", () => drawn()?.removeAttribute("viewBox"));

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-swap], a[data-key]");
  if (!link || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  change(new URL(link.getAttribute("href"), location.href));
});
addEventListener("popstate", () => {
  // Going to a place of the page, such as by its skip link, changes nothing of it.
  if (location.search !== asked) change(new URL(location.href), false);
});
begin();
