// Verifies a report file in the browser, from its bytes and a key alone; nothing of it is sent anywhere. It follows the
// steps of the offline verifier, under the same names and with the same words, but for one: that what the report says
// follows from the bodies of its entries it does not derive, so that the most it can find is NOT VERIFIED. The proof file
// of one entry (C2SP tlog-proof) it verifies whole.

import { bytes, consistent, hex, leadsTo, leafOf, sha256, visible } from "./proof.mjs";

const [PASS, FAIL, OPEN] = ["PASS", "FAIL", "NOT VERIFIED"];
const FORMAT = "lineward.report/2";
const OLDER = "lineward.report/1";
const ISSUED = "report.issued";
const POINT = ["valid_at", "known_at", "ledger_index", "ledger_size", "root", "projection_version"];
const INITIALS = { model_dossier: "MPD", dataset_dossier: "DSD", approvals: "APR", approvals_period: "APP" };
const SUBJECTS = {
  model_version: ["namespace", "name", "version"],
  snapshot: ["namespace", "name", "digest"],
  dataset: ["namespace", "name"],
  period: ["since", "until"],
};
const ANEW = "Don't rely on it; get the file again from whoever issued it.";
const OTHER = "Name a report's PDF, HTML or JSON file, or an entry's proof file.";
const UNDERIVED =
  "That the report says what the bodies of its entries say is not derived here: lineward verify FILE --key KEY does, " +
  "or the script that lineward verifier prints, with nothing but Python.";
const WORDS = {
  [FAIL]: "Nothing: at least one check failed.",
  [OPEN]: "Only what passed: something that this needs was not verified.",
};
const MOST_BYTES = 512 * 1024 * 1024;
const DEEPEST = 200;

class Refused extends Error {}

function refuse(sentence) {
  throw new Refused(sentence);
}

// Texts and bytes. A binary string has a character for each byte, so that a regular expression finds places in a file.

const utf8 = (text) => new TextEncoder().encode(text);

function binary(data) {
  let found = "";
  for (let at = 0; at < data.length; at += 32768) found += String.fromCharCode(...data.subarray(at, at + 32768));
  return found;
}

const unbinary = (text) => Uint8Array.from(text, (each) => each.charCodeAt(0));

function decoded(data) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(data);
  } catch {
    return refuse(`The evidence is no whole JSON: cut off or changed. ${ANEW}`);
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return refuse(`The evidence is no whole JSON: cut off or changed. ${ANEW}`);
  }
}

function canonical(value, depth = 0) {
  if (depth > DEEPEST) refuse(`The evidence is nested without end. ${ANEW}`);
  if (Array.isArray(value)) return `[${value.map((one) => canonical(one, depth + 1)).join(",")}]`;
  if (isObject(value)) {
    const members = Object.keys(value).sort();
    return `{${members.map((name) => `${canonical(name)}:${canonical(value[name], depth + 1)}`).join(",")}}`;
  }
  if (typeof value === "string" && /\p{Surrogate}/u.test(value)) refuse(`The evidence has no canonical JSON: changed. ${ANEW}`);
  return JSON.stringify(value);
}

const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const same = (one, other) => canonical(one ?? null) === canonical(other ?? null);

// The file, taken apart in the one way in which it can be put together again.

function formOf(file) {
  const begin = file.slice(0, 4096).trimStart();
  if (file.startsWith("%PDF-")) return "pdf";
  if (begin.slice(0, 15).toLowerCase().startsWith("<!doctype html")) return "html";
  if (begin.startsWith("{")) return "json";
  return refuse(
    `The file ${begin ? "is no PDF, no HTML page and no JSON object" : "is empty"}, so it is no Lineward report. ${OTHER}`,
  );
}

const TAKE = {
  json(file) {
    const { document = null, ...evidence } = parsed(decoded(unbinary(file)));
    const again = binary(utf8(`${canonical({ ...evidence, document })}\n`));
    return { again, evidence, parts: [binary(utf8(canonical(document)))] };
  },

  html(file) {
    const [opening, closing] = ['<script type="application/json" id="lineward-evidence">', "</script>"];
    const start = file.indexOf(opening);
    const end = file.indexOf(closing, start + opening.length);
    const parts = [file.slice(0, start), file.slice(end + closing.length)];
    if (start < 0 || end < 0 || parts.join("").toLowerCase().includes("<script")) {
      refuse(`The page has not exactly one script element, the evidence: cut off or changed. ${ANEW}`);
    }
    const evidence = parsed(decoded(unbinary(file.slice(start + opening.length, end))));
    const escaped = (each) => `\\u00${each.charCodeAt(0).toString(16)}`;
    const inside = binary(utf8(canonical(evidence))).replace(/[<>&]/g, escaped);
    return { again: parts[0] + opening + inside + closing + parts[1], evidence, parts };
  },

  pdf(file) {
    const tail = Math.max(file.length - 1024, 0);
    const trailer = /trailer\n(<<[^<>]*>>)\nstartxref\n(\d{1,12})\n%%EOF$/.exec(file.slice(tail));
    const start = trailer ? Number(trailer[2]) : -1;
    const table = trailer && /^xref\n0 (\d{1,8})\n((?:\d{10} \d{5} [nf]\r\n)*)$/.exec(file.slice(start, tail + trailer.index));
    if (!table) refuse(`The PDF is cut off, saved again, or something was appended to it. ${ANEW}`);
    const opened =
      /<<\/Length (\d{1,12})\/Type\/EmbeddedFile\/Subtype\/application#2Fjson\/Params<<\/Size (\d{1,12})\/ModDate\(D:(\d{14})Z\)>>>>\nstream\n/g;
    const found = [...file.matchAll(opened)].filter((one) => one[1] === one[2]);
    if (found.length !== 1) {
      refuse(`The PDF has ${found.length} attachments where a Lineward report has one. ${OTHER}`);
    }
    const [opening] = found;
    const closing = "\nendstream\nendobj\n";
    const begin = opening.index + opening[0].length;
    const end = begin + Number(opening[1]);
    const whole = end + closing.length;
    const [before, content, after] = [file.slice(0, opening.index), file.slice(begin, end), file.slice(whole, start)];
    const lines = moved(table[2], opening.index, opening.index - whole);
    const values = parsed(decoded(unbinary(content)));
    const inside = binary(utf8(canonical(values)));
    const head = `<</Length ${inside.length}/Type/EmbeddedFile/Subtype/application#2Fjson/Params<</Size ${inside.length}/ModDate(D:${opening[3]}Z)>>>>\nstream\n`;
    const attachment = head + inside + closing;
    const body = before + attachment + after;
    const rows = moved(lines, before.length, attachment.length);
    const again = `${body}xref\n0 ${rows.length / 20}\n${rows}trailer\n${trailer[1]}\nstartxref\n${body.length}\n%%EOF`;
    return { again, evidence: values, parts: [before, opening[3], after, lines, trailer[1]] };
  },
};

function moved(table, behind, by) {
  const line = (row) => {
    const offset = Number(row.slice(0, 10));
    const isBehind = offset >= behind && row[17] === "n";
    return isBehind ? String(Math.max(offset + by, 0)).padStart(10, "0") + row.slice(10) : row;
  };
  return (table.match(/.{18}\r\n/gs) ?? []).map(line).join("");
}

function take(data) {
  if (data.length > MOST_BYTES) refuse(`The file is too large to be checked. ${OTHER}`);
  const file = binary(data);
  const form = formOf(file);
  const { again, evidence, parts } = TAKE[form](file);
  if (again !== file) refuse(`The ${form.toUpperCase()} file is not put together as a Lineward report is: changed. ${ANEW}`);
  return { form, evidence, parts };
}

async function pagesDigest(parts) {
  const each = await Promise.all(parts.map((part) => sha256(unbinary(part))));
  return `sha256:${hex(await sha256(...each))}`;
}

// The evidence, read once into what cannot be malformed.

const malformed = (sentence) => refuse(`${sentence}. ${OTHER}`);

function member(values, name, at) {
  if (!isObject(values)) malformed(`${at || "The evidence"} is no object`);
  if (!Object.hasOwn(values, name)) malformed(`${at}/${name} is missing`);
  return values[name];
}

function text(values, name, at) {
  const found = member(values, name, at);
  return typeof found === "string" ? found : malformed(`${at}/${name} is no text`);
}

function index(values, name, at) {
  const found = member(values, name, at);
  return Number.isSafeInteger(found) && found >= 0 ? found : malformed(`${at}/${name} is no index`);
}

function hash(given, at, prefix = "") {
  const isHash = typeof given === "string" && given.startsWith(prefix) && /^[0-9a-f]{64}$/.test(given.slice(prefix.length));
  return isHash ? given.slice(prefix.length) : malformed(`${at} is no SHA-256 hash in hex`);
}

function list(values, name, at) {
  const found = member(values, name, at);
  return Array.isArray(found) ? found : malformed(`${at}/${name} is no list`);
}

const hashes = (values, name, at) => list(values, name, at).map((one, row) => bytes(hash(one, `${at}/${name}/${row}`)));

function only(values, names, at) {
  const unknown = Object.keys(values).filter((name) => !names.includes(name));
  if (unknown.length) malformed(`${at}/${unknown[0]} is not known`);
}

function base64(given) {
  try {
    const found = atob(given);
    if (btoa(found) === given) return unbinary(found);
  } catch {
    // refused below
  }
  return malformed("not canonical base64");
}

function checkpointOf(note) {
  const middle = note.lastIndexOf("\n\n");
  const lines = note.slice(0, middle).split("\n");
  const signed = note.slice(middle + 2);
  if (middle < 0 || lines.length < 3 || !signed.endsWith("\n")) malformed("the checkpoint is not a signed note");
  if (!/^(?:0|[1-9][0-9]{0,18})$/.test(lines[1])) malformed("the checkpoint's size is not a number");
  const signatures = signed.slice(0, -1).split("\n").map((line) => {
    const found = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line);
    if (!found) malformed("a line under the checkpoint is not a signature");
    const raw = base64(found[2]);
    return { name: found[1], id: hex(raw.slice(0, 4)), signature: raw.slice(4) };
  });
  const root = base64(lines[2]);
  if (root.length !== 32) malformed("the checkpoint's root is not a SHA-256 hash");
  return { text: `${note.slice(0, middle)}\n`, origin: lines[0], size: lines[1], root: hex(root), signatures };
}

async function keyOf(line) {
  const [name, id, ...rest] = line.split("+");
  const key = base64(rest.join("+"));
  if (key[0] !== 1 || key.length !== 33 || !name) malformed("the key is not an Ed25519 verifier key (name+id+key)");
  const expected = hex((await sha256(utf8(`${name}\n`), key)).slice(0, 4));
  if (expected !== id) malformed("the verifier key does not carry its own id");
  return { name, id, public: key.slice(1) };
}

const ENTRY = ["index", "kind", "recorded_at", "actor", "leaf", "entry", "proof", "salt", "body", "withheld"];

function entryOf(values, at) {
  const header = (() => {
    try {
      return JSON.parse(text(values, "entry", at));
    } catch (error) {
      return error instanceof Refused ? refuse(error.message) : malformed(`${at}/entry is no JSON`);
    }
  })();
  if (!isObject(header)) malformed(`${at}/entry is no object`);
  only(values, ENTRY, at);
  const [salt, body, withheld] = ["salt", "body", "withheld"].map((name) => member(values, name, at));
  if ((salt === null) !== (body === null)) malformed(`${at} discloses salt and body together or neither`);
  if (body !== null && (typeof body !== "string" || !/^(?:[0-9a-f]{2})*$/.test(salt))) malformed(`${at}/body is no text`);
  if (body === null ? !["ERASED", "TOO_LARGE", "NOT_CITED"].includes(withheld) : withheld !== null) {
    malformed(`${at} says why it has no body where it has none, and there alone`);
  }
  return {
    index: index(values, "index", at),
    kind: text(values, "kind", at),
    recorded_at: text(values, "recorded_at", at),
    actor: text(values, "actor", at),
    leaf: hash(text(values, "leaf", at), `${at}/leaf`),
    text: values.entry,
    proof: hashes(values, "proof", at),
    salt: salt === null ? null : bytes(salt),
    body,
    withheld,
    header,
  };
}

async function evidenceOf(values) {
  if (![FORMAT, OLDER].includes(values?.format)) {
    malformed(`This is JSON, but not the evidence of a Lineward report (${FORMAT})`);
  }
  if (values.format === OLDER) malformed("The file is of format 1, which lineward verify reads; ask for the report anew");
  const made = member(values, "made_with", "");
  if (!isObject(made) || Object.values(made).some((one) => typeof one !== "string")) malformed("/made_with is no object");
  const isNumbered = Object.hasOwn(made, "lineward");
  only(values, ["format", "kind", "made_with", "context", ...(isNumbered ? ["number"] : [])], "");
  const context = member(values, "context", "");
  const [proof, point] = ["evidence", "read_point"].map((name) => member(context, name, "/context"));
  if (!isObject(point)) malformed("/context/read_point is no object");
  const [inProof, inPoint] = ["/context/evidence", "/context/read_point"];
  const cited = list(proof, "cited", inProof).map((one, row) => entryOf(one, `${inProof}/cited/${row}`));
  only(proof, ["checkpoint", "vkey", "consistency", "printed_consistency", "cited", "issued"], inProof);
  const { evidence: _, ...shown } = context;
  const issued = member(proof, "issued", inProof);
  return {
    kind: text(values, "kind", ""),
    number: isNumbered ? text(values, "number", "") : null,
    made,
    context: shown,
    point: {
      index: index(point, "ledger_index", inPoint),
      size: index(point, "ledger_size", inPoint),
      root: hash(text(point, "root", inPoint), `${inPoint}/root`, "sha256:"),
      printed: checkpointOf(text(point, "checkpoint", inPoint)),
      key: await keyOf(text(point, "vkey", inPoint)),
    },
    checkpoint: checkpointOf(text(proof, "checkpoint", inProof)),
    key: await keyOf(text(proof, "vkey", inProof)),
    consistency: hashes(proof, "consistency", inProof),
    printedConsistency: hashes(proof, "printed_consistency", inProof),
    cited,
    issued: issued === null ? null : entryOf(issued, `${inProof}/issued`),
  };
}

// The checks.

function judged(name, held, wrong) {
  const more = wrong.length > 5 ? `; and ${wrong.length - 5} more` : "";
  return wrong.length
    ? { name, status: FAIL, detail: `${wrong.slice(0, 5).join("; ")}${more}.` }
    : { name, status: PASS, detail: held };
}

async function isSigned(note, key) {
  const fitting = note.signatures.filter((one) => one.name === key.name && one.id === key.id);
  const imported = await crypto.subtle.importKey("raw", key.public, { name: "Ed25519" }, false, ["verify"]).catch((error) => {
    if (error.name === "NotSupportedError" || error.name === "SyntaxError") throw error;
    return null; // no point of the curve
  });
  const holds = (one) => imported && crypto.subtle.verify("Ed25519", imported, one.signature, utf8(note.text));
  return fitting.length > 0 && (await Promise.all(fitting.map(holds))).every(Boolean);
}

function unsigned(what, note, key) {
  const signers = note.signatures.map((one) => `${one.name}+${one.id}`).join(", ");
  const given = `${key.name}+${key.id}`;
  if (note.origin !== key.name) {
    return (
      `The ${what} is of another log than the key: the log ${note.origin}, signed by ${signers}; the key ${given} ` +
      `tells nothing of it. Get the key of ${note.origin} from whoever operates it, not from who sent the file, ` +
      "and verify it with that"
    );
  }
  const isIts = note.signatures.some((one) => one.name === key.name && one.id === key.id);
  const why = isIts ? "its signature does not hold: it was changed" : `it is signed by ${signers}`;
  return `The ${what} of ${note.origin} is not signed by ${given}; ${why}. Give the key of this very log, or don't rely on the file`;
}

async function signatures(given, notes, own) {
  const [[, checkpoint]] = notes;
  let keys;
  try {
    keys = await Promise.all((given.split(/\s+/).filter(Boolean).length ? given.split(/\s+/).filter(Boolean) : [""]).map(keyOf));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return [{ name: "key", status: FAIL, detail: "What was given as the key is no verifier key. Copy it whole from the log's operator." }];
  }
  const signed = (key) => checkpoint.signatures.some((one) => one.name === key.name && one.id === key.id);
  const key = keys.find(signed) ?? keys[0];
  const held = { name: "key", status: PASS, detail: `The key was given from outside the file: ${key.name}.` };
  const wrong = [];
  try {
    for (const [what, note] of notes) {
      if (!(await isSigned(note, key))) {
        wrong.push(unsigned(what, note, key));
      }
    }
    for (const [note, its] of own) {
      if (!(await isSigned(note, its))) wrong.push(`The file's own key ${its.name}+${its.id} did not sign`);
    }
  } catch (error) {
    if (error.name !== "NotSupportedError" && error.name !== "SyntaxError") throw error;
    const detail = "This browser has no Ed25519, so that no signature is verified here: lineward verify does.";
    return [held, { name: "checkpoint signature", status: OPEN, detail }];
  }
  const detail = `The ${notes.length > 1 ? "checkpoints" : "checkpoint"} of ${checkpoint.origin} ${notes.length > 1 ? "are" : "is"} signed by ${key.name}.`;
  const other = checkpoint.origin === key.name ? {} : { other: checkpoint.origin, given: key.name };
  return [held, { ...judged("checkpoint signature", detail, wrong), ...other }];
}

async function readPoint({ point, checkpoint, consistency, printedConsistency }) {
  const { printed } = point;
  const wrong = [];
  if (!(await consistent(point.size, checkpoint.size, point.root, checkpoint.root, consistency))) {
    wrong.push(`The ledger of size ${point.size} that was read is no beginning of the checkpoint's`);
  }
  if (!(await consistent(printed.size, checkpoint.size, printed.root, checkpoint.root, printedConsistency))) {
    wrong.push("The printed checkpoint is of no beginning of the ledger");
  }
  if (BigInt(printed.size) < BigInt(point.size) || printed.origin !== checkpoint.origin) {
    wrong.push("The printed checkpoint does not cover the read point");
  }
  return judged("read point", `The ledger of size ${point.size} that was read is a beginning of the checkpoint's.`, wrong);
}

async function each(name, entries, holds, what) {
  const held = await Promise.all(entries.map(holds));
  const wrong = entries.filter((_, row) => !held[row]).map((entry) => `#${entry.index} ${what}`);
  return judged(name, `All ${entries.length} hold.`, wrong);
}

const fitsLeaf = async (entry) => hex(await leafOf(utf8(entry.text))) === entry.leaf;
const isShownAsItIs = (entry) => ["kind", "recorded_at", "actor"].every((name) => entry[name] === entry.header[name]);
const fitsBody = async (entry) => entry.header.body === `sha256:${hex(await sha256(entry.salt, utf8(entry.body)))}`;

function* cites(value) {
  if (Array.isArray(value)) for (const one of value) yield* cites(one);
  else if (isObject(value)) {
    for (const [name, one] of Object.entries(value)) {
      if (name === "entries" && Array.isArray(one)) yield* one.filter(Number.isInteger);
      else if (name === "entry" && Number.isInteger(one)) yield one;
      else yield* cites(one);
    }
  }
}

function* withLeaf(value) {
  if (Array.isArray(value)) for (const one of value) yield* withLeaf(one);
  else if (isObject(value)) {
    if (Object.hasOwn(value, "leaf")) yield value;
    for (const one of Object.values(value)) yield* withLeaf(one);
  }
}

function citations({ cited, context, point }) {
  const there = cited.map((entry) => entry.index);
  const asked = new Set(cites(context));
  const allowed = new Set([...asked, point.index]);
  const order = [...asked].sort((one, other) => one - other);
  const wrong = order.filter((one) => !there.includes(one)).map((one) => `#${one} is cited, but not among the entries`);
  wrong.push(...there.filter((one) => !allowed.has(one)).map((one) => `#${one} is among the entries, and nothing cites it`));
  if (there.some((one, row) => row && one <= there[row - 1])) wrong.push("The entries are not in their order, each once");
  return judged("citations", `All ${asked.size} cited entries are in the evidence, and no other.`, wrong);
}

function leaves({ cited, context }) {
  const known = new Map(cited.map((entry) => [entry.index, entry.leaf]));
  const records = [...withLeaf(context)];
  const wrong = records.filter((one) => !known.has(one.entry) || known.get(one.entry) !== one.leaf);
  const problems = wrong.map((one) => `#${one.entry} is shown with another leaf hash`);
  return judged("signature records", `All ${records.length} fit their entries.`, problems);
}

function referenceIn(context) {
  const kind = "model" in context ? "model_version" : context.subject?.kind;
  const values = "model" in context ? context.model : context.subject;
  if (!Object.hasOwn(SUBJECTS, kind ?? "") || !isObject(values)) return null;
  const key = SUBJECTS[kind].map((name) => values[name]);
  if (key.some((one) => typeof one !== "string")) return null;
  if (kind === "period") return { period: { since: key[0], until: key[1] } };
  const one = { namespace: key[0], name: key[1] };
  if (kind === "model_version") return { model_version: { model: one, version: key[2] } };
  return kind === "snapshot" ? { snapshot: { dataset: one, digest: key[2] } } : { dataset: one };
}

function recordIn(entry) {
  try {
    const { record } = JSON.parse(entry.body);
    return isObject(record) ? record : null;
  } catch {
    return null;
  }
}

function issuing(evidence, form, pages, digest) {
  const entry = evidence.issued;
  if (entry?.kind !== ISSUED || entry.header.kind !== ISSUED) {
    const never = "The ledger holds no entry that says that this report was issued: whoever made this file, the catalog did not.";
    return [{ name: "issued", status: FAIL, detail: `${never} ${ANEW}` }];
  }
  if (entry.body === null) {
    const detail = `The body of entry #${entry.index}, which says what was issued, was erased: nothing can be compared.`;
    return [{ name: "issued", status: OPEN, detail }];
  }
  const record = recordIn(entry);
  if (!record) return [{ name: "issued", status: FAIL, detail: `Entry #${entry.index} does not say what was issued. ${ANEW}` }];
  const point = Object.fromEntries(POINT.map((name) => [name, evidence.context.read_point[name] ?? null]));
  const shown = { report: evidence.kind, made_with: evidence.made, context_digest: digest, read_point: point };
  const wrong = Object.keys(shown).filter((name) => !same(record[name], shown[name]));
  const problems = wrong.map((name) => `${name} is another in entry #${entry.index}`);
  const named = Object.keys(SUBJECTS).filter((name) => Object.hasOwn(record, name)).map((name) => [name, record[name]]);
  if (!same(Object.fromEntries(named), referenceIn(evidence.context))) problems.push(`the subject is another in entry #${entry.index}`);
  if (entry.index < evidence.point.size) problems.push(`Entry #${entry.index} is older than the read point`);
  const whom = `Issued at ${entry.recorded_at} for ${entry.actor}, by entry #${entry.index}.`;
  const drawn = record.form === form && record.pages_digest === pages;
  const changed = drawn ? [] : [`The pages are not those of entry #${entry.index}: changed. ${ANEW.slice(0, -1)}`];
  return [
    judged("issued", whom, problems),
    judged("pages", "The pages are those that were issued, byte for byte.", changed),
  ];
}

function withheld({ cited, context, point }) {
  const asked = new Set(cites(context));
  const isUncited = (entry) => entry.index === point.index && entry.withheld === "NOT_CITED" && !asked.has(entry.index);
  const hidden = cited.filter((entry) => entry.body === null && !isUncited(entry));
  if (!hidden.length) return { name: "withheld bodies", status: PASS, detail: "Every cited entry discloses its body." };
  const named = hidden.slice(0, 20).map((entry) => `#${entry.index} (${entry.withheld})`).join(", ");
  const more = hidden.length > 20 ? ` and ${hidden.length - 20} more` : "";
  const detail = `Not comparable, because the bodies were erased or are too large: ${named}${more}.`;
  return { name: "withheld bodies", status: OPEN, detail };
}

async function checksOf(evidence, form, parts, key) {
  const digest = `sha256:${hex(await sha256(utf8(canonical(evidence.context))))}`;
  const number = `${INITIALS[evidence.kind] ?? evidence.kind}-${evidence.point.size}-${digest.slice(7, 19)}`;
  const calls = number === evidence.number ? [] : [`The file calls itself ${evidence.number}, and its content has the number ${number}`];
  const entries = evidence.issued ? [...evidence.cited, evidence.issued] : evidence.cited;
  const { size, root } = evidence.checkpoint;
  const isInTree = (entry) => leadsTo(root, bytes(entry.leaf), entry.index, size, entry.proof);
  const disclosed = entries.filter((entry) => entry.body !== null);
  const { checkpoint, point } = evidence;
  const notes = [["checkpoint", checkpoint], ["printed checkpoint", point.printed]];
  const own = [[checkpoint, evidence.key], [point.printed, point.key]];
  const checks = [
    ...(evidence.number === null ? [] : [judged("number", `The content has the number ${number}.`, calls)]),
    ...(await signatures(key, notes, own)),
    await readPoint(evidence),
    await each("leaf hashes", entries, fitsLeaf, "does not hash to its leaf"),
    await each("inclusion proofs", entries, isInTree, "is not in the tree"),
    await each("entries as shown", entries, isShownAsItIs, "is shown otherwise than it is"),
    await each("disclosed bodies", disclosed, fitsBody, "has another body than its digest says"),
    citations(evidence),
    leaves(evidence),
    ...issuing(evidence, form, await pagesDigest(parts), digest),
    { name: "derivation", status: OPEN, detail: UNDERIVED },
    withheld(evidence),
  ];
  return { checks, number };
}

// The proof file of one entry: its bytes, its way to the root of a checkpoint, and that checkpoint.

const PROOF = "c2sp.org/tlog-proof@v1";

function proofOf(file) {
  const end = file.indexOf("\n\n");
  const [first, extra, place, ...path] = file.slice(0, Math.max(end, 0)).split("\n");
  if (first !== PROOF || end < 0) malformed("a proof file is lines, a blank one, and a checkpoint");
  if (!extra?.startsWith("extra ")) {
    refuse("The proof does not hold the entry's own bytes, so that nothing is proven of them: get it from `lineward ledger proof` anew.");
  }
  const at = /^index (0|[1-9][0-9]{0,18})$/.exec(place ?? "");
  if (!at) malformed("the proof file has no index");
  const entry = base64(extra.slice(6));
  const header = parsed(decoded(entry));
  if (!isObject(header)) malformed("the entry is no object");
  return { index: at[1], entry, header, path: path.map(base64), checkpoint: checkpointOf(decoded(unbinary(file.slice(end + 2)))) };
}

async function verifyProof(file, key) {
  const { index: place, entry, header, path, checkpoint } = proofOf(file);
  const signed = await signatures(key, [["checkpoint", checkpoint]], []);
  const named = key.split(/\s+/).some((one) => one.startsWith(`${checkpoint.origin}+`));
  const isOf = judged("log", `The key is of ${checkpoint.origin}.`, named ? [] : [`The checkpoint is of the log ${checkpoint.origin}, and the key is not`]);
  const holds = await leadsTo(checkpoint.root, await leafOf(entry), place, checkpoint.size, path);
  const detail = `Entry #${place}, ${header.kind}, recorded ${header.recorded_at} by ${header.actor}, is in the tree of ${checkpoint.size}.`;
  const inside = judged("inclusion proofs", detail, holds ? [] : [`#${place} is not in the tree: it or the proof was changed. ${ANEW.slice(0, -1)}`]);
  const checks = [{ name: "file", status: PASS, detail: `One proof file (${PROOF}).` }, ...signed, isOf, inside];
  const bad = checks.find((check) => check.status !== PASS);
  if (bad) return { ...result(checks, null), of: `entry #${place}` };
  const proved = "That the log holds exactly this entry there. What its body says is another matter: of it the entry holds a digest.";
  return { checks, number: null, of: `entry #${place}`, verdict: "VERIFIED", proved };
}

export async function verify(data, key) {
  try {
    const begin = binary(data.subarray(0, PROOF.length));
    if (begin === PROOF) return await verifyProof(binary(data), key);
    const { form, evidence: values, parts } = take(data);
    const evidence = await evidenceOf(values);
    const whole = { name: "file", status: PASS, detail: `One whole report of the format ${FORMAT}.` };
    const { checks, number } = await checksOf(evidence, form, parts, key);
    return result([whole, ...checks], number);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return result([{ name: "file", status: FAIL, detail: error.message }], null);
  }
}

function result(checks, number) {
  const verdict = checks.some((check) => check.status === FAIL) ? "FAILED" : OPEN;
  return { checks, number, verdict, proved: WORDS[verdict === "FAILED" ? FAIL : OPEN] };
}

// The page: a file that is chosen or dropped is read here, and shown what was found.


function made(tag, text, ...classes) {
  const found = document.createElement(tag);
  found.textContent = visible(text);
  found.classList.add(...classes);
  return found;
}

function show(place, name, found) {
  const left = found.checks.filter((check) => check.status === OPEN && check.name !== "derivation");
  const all = found.verdict === OPEN && !left.length;
  const of = found.of ?? (found.number ? `report ${found.number}` : "");
  const style = { VERIFIED: "good", [OPEN]: "warning" }[found.verdict] ?? "bad";
  const title = made("h2", of ? `${found.verdict}: ${of}` : found.verdict, style);
  const elsewhere = found.checks.find((check) => check.other);
  const sentence = elsewhere
    ? `${name} is of the log ${elsewhere.other}, and the keys above are of ${elsewhere.given}: they cannot tell whether it is genuine. ` +
      `Get the key of ${elsewhere.other} from whoever operates it, put it above, and verify the file again.`
    : all && !found.of
      ? `Everything that a browser checks of ${name} holds. ${UNDERIVED}`
      : `${name}. ${found.proved}`;
  const rows = document.createElement("ul");
  rows.className = "checks";
  for (const check of found.checks) {
    const word = made("span", check.status, "tag", { [PASS]: "pass", [FAIL]: "fail", [OPEN]: "unknown" }[check.status]);
    const row = document.createElement("li");
    row.append(word, " ", made("strong", check.name), " ", made("span", check.detail));
    rows.append(row);
  }
  place.replaceChildren(title, made("p", sentence), rows);
}

const form = document.querySelector("#verifying");
if (form) {
  const place = document.querySelector("#verdict");
  const [chosen, key] = [form.querySelector("input[type=file]"), form.querySelector("textarea")];
  const check = async (file) => {
    place.replaceChildren(made("p", `Reading ${file.name}`));
    try {
      show(place, file.name, await verify(new Uint8Array(await file.arrayBuffer()), key.value));
    } catch (error) {
      place.replaceChildren(made("p", `${file.name} cannot be checked here: ${error.message}. Use lineward verify.`, "bad"));
    }
    place.focus();
  };
  if (!globalThis.crypto?.subtle) {
    place.textContent = "Browsers verify only on pages that came by HTTPS or from this machine: use lineward verify.";
  } else {
    form.hidden = false;
    chosen.addEventListener("change", () => chosen.files.length && check(chosen.files[0]));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (chosen.files.length) check(chosen.files[0]);
    });
    addEventListener("dragover", (event) => event.preventDefault());
    addEventListener("drop", (event) => {
      event.preventDefault();
      if (event.dataTransfer.files.length) check(event.dataTransfer.files[0]);
    });
  }
}
