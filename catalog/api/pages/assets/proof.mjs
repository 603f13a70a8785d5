// Verifies in the browser, from the bytes on the page alone, that an entry is in the tree (RFC 9162 §2.1.3.2).

const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hex = (hash) => Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function sha256(...parts) {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return new Uint8Array(await crypto.subtle.digest("SHA-256", whole));
}

const above = (left, right) => sha256(Uint8Array.of(1), left, right);

export async function included(entry, index, size, path, root) {
  let [position, last] = [BigInt(index), BigInt(size) - 1n];
  if (position < 0n || position > last) return false;
  let top = await sha256(Uint8Array.of(0), entry);
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

const place = document.querySelector("#proof");
if (place) {
  if (!globalThis.crypto?.subtle) {
    place.textContent = "Not verified: browsers compute hashes only on pages that came by HTTPS or from this machine.";
  } else {
    const { index, size, root, path } = place.dataset;
    const entry = new TextEncoder().encode(document.querySelector("#entry-bytes").textContent);
    const holds = await included(entry, index, size, (path ? path.split(" ") : []).map(bytes), root);
    place.textContent = holds
      ? "Verified in your browser: the entry is in the tree of this root."
      : "This does not verify: the entry is not in the tree of this root. Tell whoever runs the catalog.";
    place.classList.add(holds ? "good" : "bad");
  }
}
