// Verifies in the browser, from the bytes on the page alone, that an entry is in the tree (RFC 9162 §2.1.3.2), and that
// a tree begins with all of another (§2.1.4.2).

export const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
export const hex = (hash) => Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");

export async function sha256(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

const above = (left, right) => sha256(Uint8Array.of(1), left, right);

export const leafOf = (entry) => sha256(Uint8Array.of(0), entry);

export async function leadsTo(root, leaf, index, size, path) {
  let [position, last] = [BigInt(index), BigInt(size) - 1n];
  if (position < 0n || position > last) return false;
  let top = leaf;
  for (const sibling of path) {
    if (last === 0n) return false;
    if (position & 1n || position === last) {
      top = await above(sibling, top);
      while (!(position & 1n) && position) [position, last] = [position >> 1n, last >> 1n];
    } else {
      top = await above(top, sibling);
    }
    [position, last] = [position >> 1n, last >> 1n];
  }
  return last === 0n && hex(top) === root;
}

export async function consistent(old, size, oldRoot, root, given) {
  let [position, last] = [BigInt(old), BigInt(size)];
  if (position <= 0n || position > last) return false;
  if (position === last) return given.length === 0 && oldRoot === root;
  const path = (position & (position - 1n)) === 0n ? [bytes(oldRoot), ...given] : [...given];
  if (path.length === 0) return false;
  [position, last] = [position - 1n, last - 1n];
  while (position & 1n) [position, last] = [position >> 1n, last >> 1n];
  let [before, after] = [path[0], path[0]];
  for (const sibling of path.slice(1)) {
    if (last === 0n) return false;
    if (position & 1n || position === last) {
      [before, after] = [await above(sibling, before), await above(sibling, after)];
      while (!(position & 1n) && position) [position, last] = [position >> 1n, last >> 1n];
    } else {
      after = await above(after, sibling);
    }
    [position, last] = [position >> 1n, last >> 1n];
  }
  return last === 0n && hex(before) === oldRoot && hex(after) === root;
}

// A text with what is hidden in it, or turns its order, spelled out.
export const visible = (text) => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (each) => `\\u{${each.codePointAt(0).toString(16).toUpperCase()}}`);

// JSON with a line for each value: every token stays as it is, so that no number or text becomes another.
function spread(json) {
  let [shown, depth] = ["", 0];
  const line = () => `\n${"  ".repeat(depth)}`;
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)) {
    if (token === "{" || token === "[") {
      depth += 1;
      shown += token + line();
    } else if (token === "}" || token === "]") {
      depth -= 1;
      shown += line() + token;
    } else {
      shown += { ",": `,${line()}`, ":": ": " }[token] ?? visible(token);
    }
  }
  return shown.replace(/([{[])\s*\n\s*([}\]])/g, "$1$2");
}

const unable = "Not verified: browsers compute hashes only on pages that came by HTTPS or from this machine.";
const two = document.querySelector("#consistency");
if (two) {
  if (!globalThis.crypto?.subtle) {
    two.textContent = unable;
  } else {
    const { old, new: size, oldRoot, newRoot, path } = two.dataset;
    const holds = await consistent(old, size, oldRoot, newRoot, (path ? path.split(" ") : []).map(bytes));
    two.textContent = holds
      ? "Verified in your browser: the larger tree begins with all of the smaller one."
      : "This does not verify: the larger tree does not begin with the smaller one. Tell whoever runs the catalog.";
    two.classList.add(holds ? "good" : "bad");
  }
}

const place = document.querySelector("#proof");
if (place) {
  if (!globalThis.crypto?.subtle) {
    place.textContent = unable;
  } else {
    const { index, size, root, path } = place.dataset;
    const entry = new TextEncoder().encode(document.querySelector("#entry-bytes").textContent);
    const holds = await leadsTo(root, await leafOf(entry), index, size, (path ? path.split(" ") : []).map(bytes));
    place.textContent = holds
      ? "Verified in your browser: the entry is in the tree of this root."
      : "This does not verify: the entry is not in the tree of this root. Tell whoever runs the catalog.";
    place.classList.add(holds ? "good" : "bad");
    if (holds) await show(JSON.parse(new TextDecoder().decode(entry)));
  }
}

// Puts in the place of what the page says of the entry what its verified bytes say, and holds the body against them.
async function show(header) {
  const { kind, actor, correlation_id, recorded_at } = header;
  const when = recorded_at.slice(0, 19).replace("T", " ");
  for (const [name, text] of Object.entries({ kind, actor, correlation_id, recorded_at: `${when} UTC` })) {
    document.querySelector(`[data-of="${name}"]`).textContent = visible(text);
  }
  const body = document.querySelector("#body-proof");
  if (!body?.dataset.body) return;
  const given = Uint8Array.from(atob(body.dataset.body), (each) => each.charCodeAt(0));
  const holds = header.body === `sha256:${hex(await sha256(bytes(body.dataset.salt), given))}`;
  body.textContent = holds
    ? "Verified in your browser: this is the body that the entry names."
    : "This does not verify: the entry names another body. Tell whoever runs the catalog.";
  body.classList.add(holds ? "good" : "bad");
  const shown = document.querySelector("#entry-body");
  if (holds) shown.textContent = spread(new TextDecoder().decode(given));
}
