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
  }
}
