// Keying by the keyboard alone. Without this file the same pages are typed into and sent by hand.
"use strict";

const PAUSE = 30000; // ms without a key: beyond it nobody is at work
const SAVE_EVERY = 5; // answers
const AGAIN = 4000; // ms, until what could not be sent is sent again
const BASE32 = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const WORDS = "TKN";
const KEEP = "G";
const SILENT = new Set(["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock", "NumLock"]);

/** The code of a form, as people type it; empty where its check characters say that it is none. */
function codeOf(text) {
  const read = { O: "0", I: "1", L: "1" };
  const typed = [...text.toUpperCase()].filter((c) => !" -–\u00a0\t".includes(c)).map((c) => read[c] || c);
  const value = typed.reduce((sum, c) => sum * 32 + BASE32.indexOf(c), 0); // ten characters are 50 bits: exact
  const known = typed.every((c) => BASE32.includes(c));
  return { length: typed.length, isCode: typed.length === 10 && known && value % 1021 === 1 };
}

function atDesk(form) {
  const code = form.elements.code, said = document.getElementById("code-said");
  let strokes = 0, sent = false;
  code.addEventListener("keydown", (event) => { if (!SILENT.has(event.key)) form.elements.keystrokes.value = ++strokes; });
  code.addEventListener("input", () => {
    const read = codeOf(code.value);
    said.textContent = read.length >= 10 && !read.isCode ? said.dataset.wrong : "";
    if (read.isCode && !sent) { sent = true; form.requestSubmit(); }
  });
  form.addEventListener("submit", () => { sent = true; });
  window.addEventListener("pageshow", () => { sent = false; code.select(); });
}

function atForm(form) {
  const places = [...form.querySelectorAll("[data-kind]")];
  const byName = new Map(places.map((place) => [place.name.slice(2), place]));
  const finish = document.getElementById("k-finish"), said = document.getElementById("k-said");
  const question = document.getElementById("k-question"), savedAt = document.getElementById("k-saved");
  const data = (place, name) => (place.dataset[name] ? JSON.parse(place.dataset[name]) : []);
  const options = new Map(places.map((place) => [place, new Map(data(place, "options").map(([key, value]) => [key, value]))]));
  let strokes = Number(form.elements.keystrokes.value), active = 0, last = performance.now();
  let changes = 0, saves = Number(form.elements.saves.value) - 1, isDirty = false, isSaving = false, isEnding = false;

  // What a field holds
  const isWord = (text) => text.length === 1 && WORDS.includes(text);
  const isKept = (text) => text.length > 1 && text.endsWith(KEEP);
  const keysIn = (place, text) => [...text.replace(/G$/, "")].filter((key) => options.get(place).has(key));

  /** Values that count, or null where the field says none. */
  function valuesOf(place) {
    const text = place.value.trim().toUpperCase();
    if (!text || isWord(text)) return null;
    if (place.dataset.kind === "ticks") return keysIn(place, text).map((key) => options.get(place).get(key));
    const key = isKept(text) ? text.slice(0, -1) : text;
    if (options.get(place).has(key)) return [options.get(place).get(key)];
    return [...options.get(place).values()].includes(Number(key)) ? [Number(key)] : null;
  }

  /** True, false, or null where an answer it hangs on is missing though asked. */
  function isAsked(place) {
    if (place.dataset.other) {
      const [name, values] = JSON.parse(place.dataset.other), found = valuesOf(byName.get(name));
      return found !== null && found.some((value) => values.includes(value));
    }
    let answer = true;
    for (const [name, values] of data(place, "asked")) {
      const parent = byName.get(name);
      if (!parent || isAsked(parent) === false) return false;
      const found = valuesOf(parent);
      if (found === null) answer = null;
      else if (!found.some((value) => values.includes(value))) return false;
    }
    return answer;
  }

  /** The name of what is wrong with a field; empty where it may be left. */
  function wrong(place) {
    const text = place.value.trim().toUpperCase(), kind = place.dataset.kind;
    if (!text) return isAsked(place) === true ? "missing" : "";
    if (kind === "text" || isWord(text) || isKept(text)) return "";
    if (isAsked(place) === false) return "unasked";
    if (kind === "number") {
      const value = Number(text), low = place.dataset.low, high = place.dataset.high;
      return !/^\d+$/.test(text) || (low && value < Number(low)) || (high && value > Number(high)) ? "range" : "";
    }
    if (kind === "choice") return valuesOf(place) === null ? "foreign" : "";
    const keys = keysIn(place, text);
    if (keys.length > 1 && keys.some((key) => data(place, "alone").includes(key))) return "alone";
    return place.dataset.most && keys.length > Number(place.dataset.most) ? "most" : "";
  }

  // What the keyer sees
  const say = (name) => { said.textContent = name ? form.dataset[name] : ""; };

  function show(place) {
    const line = place.closest(".k-line"), ticked = new Set(keysIn(place, place.value.toUpperCase()));
    line.querySelectorAll("[data-key]").forEach((option) => option.classList.toggle("k-on", ticked.has(option.dataset.key)));
  }

  function showRouting() {
    places.forEach((place) => place.closest(".k-line").classList.toggle("k-off", isAsked(place) === false && !place.value));
  }

  // Moving: what is not asked is passed over, save with the arrows, for the paper may say something there
  const isPassed = (place) => !place.value && isAsked(place) === false;

  function go(place, step, { passes = true } = {}) {
    let at = places.indexOf(place) + step;
    while (passes && at >= 0 && at < places.length && isPassed(places[at])) at += step;
    if (at >= places.length) finish.focus();
    else if (at >= 0) places[at].focus();
  }

  function changed(place) {
    isDirty = true;
    show(place);
    if (place.dataset.other === undefined) showRouting();
  }

  function put(place, text, { moves }) {
    place.value = text;
    changed(place);
    const fault = moves ? wrong(place) : "";
    say(fault);
    if (moves && !fault) answered(place);
  }

  function answered(place) {
    if (++changes % SAVE_EVERY === 0) save();
    go(place, 1);
  }

  function enter(place) {
    const kind = place.dataset.kind;
    if (!place.value.trim() && kind !== "choice" && isAsked(place) === true) { put(place, "T", { moves: true }); return; }
    const fault = wrong(place);
    say(fault);
    if (!fault) answered(place);
  }

  // Keys of each kind; true where the key was taken
  function choice(place, key) {
    const text = place.value.toUpperCase();
    if (WORDS.includes(key)) put(place, key, { moves: true });
    else if (key === KEEP) { if (text && !isWord(text) && !isKept(text)) put(place, text + KEEP, { moves: true }); }
    else if (options.get(place).has(key)) put(place, key, { moves: true });
    else if (/\d/.test(key)) put(place, /^\d+$/.test(text) && wrong(place) === "foreign" ? (text + key).slice(-3) : key, { moves: true });
    else say("foreign");
    return true;
  }

  function ticks(place, key) {
    const text = place.value.toUpperCase(), on = new Set(keysIn(place, text));
    if (key === "T" || key === "K") put(place, key, { moves: true });
    else if (key === KEEP) { if (on.size && !isKept(text)) put(place, text + KEEP, { moves: true }); }
    else if (options.get(place).has(key)) {
      if (!on.delete(key)) on.add(key);
      put(place, [...options.get(place).keys()].filter((k) => on.has(k)).join(""), { moves: false });
    } else say("foreign");
    return true;
  }

  function number(place, key) {
    if (/\d/.test(key)) return false;
    const text = place.value.toUpperCase();
    if (key === "T" || key === "K") put(place, key, { moves: true });
    else if (key === KEEP && /^\d+$/.test(text)) put(place, text + KEEP, { moves: true });
    return true;
  }

  const kinds = { choice, ticks, number, text: () => false };

  function pressed(event) {
    const place = event.target, key = event.key;
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || !place.dataset.kind) return;
    const isText = place.dataset.kind === "text" || place.dataset.kind === "number";
    let taken = true;
    if (key === "ArrowDown") go(place, 1, { passes: false });
    else if (key === "ArrowUp") go(place, -1, { passes: false });
    else if (key === "Enter") enter(place);
    else if (key === "Backspace" && !place.value) go(place, -1);
    else if (key === "Backspace" && !isText) put(place, "", { moves: false });
    else taken = key.length === 1 && kinds[place.dataset.kind](place, key.toUpperCase());
    if (taken) event.preventDefault();
  }

  function counted(event) {
    if (SILENT.has(event.key)) return;
    const now = performance.now();
    active += Math.min(now - last, PAUSE);
    last = now;
    strokes += 1;
  }

  // Sending
  function parcel(act) {
    form.elements.keystrokes.value = strokes;
    form.elements.milliseconds.value = Math.round(Number(form.elements.milliseconds.dataset.before) * 1000 + active);
    form.elements.saves.value = ++saves;
    const made = new FormData(form);
    made.set("act", act);
    return made;
  }

  /** What the server says; null where it cannot be reached, or wants a login first. */
  async function send(act) {
    try {
      const answer = await fetch(form.action, { method: "POST", body: parcel(act), headers: { "X-Keying": "page" } });
      if ((answer.headers.get("Content-Type") || "").startsWith("application/json")) return await answer.json();
      savedAt.textContent = answer.status >= 500 ? form.dataset.unsent : form.dataset.login;
      await freshToken();
    } catch {
      savedAt.textContent = form.dataset.unsent;
    }
    return null;
  }

  /** After a new login in another window this page needs the token that came with it. */
  async function freshToken() {
    const page = new DOMParser().parseFromString(await (await fetch(form.action)).text(), "text/html");
    const token = page.querySelector("#keying [name=csrfmiddlewaretoken]");
    if (token) form.elements.csrfmiddlewaretoken.value = token.value;
  }

  async function save() {
    if (isSaving || isEnding) return;
    isSaving = true;
    isDirty = false;
    const answer = await send("save");
    isSaving = false;
    if (isEnding) return;
    if (answer === null) { isDirty = true; setTimeout(() => { if (isDirty) save(); }, AGAIN); }
    else savedAt.textContent = answer.said || form.dataset.saved;
  }

  async function end() {
    if (isEnding) return;
    const faulty = places.find((place) => wrong(place));
    if (faulty) { faulty.focus(); say(wrong(faulty)); return; }
    isEnding = true;
    savedAt.textContent = form.dataset.sending;
    let answer = await send("finish");
    while (answer === null) {
      await new Promise((go) => { setTimeout(go, AGAIN); });
      answer = await send("finish");
    }
    if (answer.next) { isDirty = false; window.location.assign(answer.next); return; }
    isEnding = false;
    savedAt.textContent = answer.said || "";
    const [name, text] = Object.entries(answer.faults || {})[0] || [];
    if (name) { byName.get(name).focus(); said.textContent = text; }
  }

  form.addEventListener("keydown", (event) => { counted(event); pressed(event); });
  form.addEventListener("input", (event) => { changed(event.target); say(""); });
  form.addEventListener("focusin", (event) => {
    if (!event.target.dataset.kind) { question.textContent = ""; return; }
    question.textContent = event.target.dataset.text;
    say(event.target.value ? wrong(event.target) : "");
    event.target.select();
    event.target.closest(".k-line").scrollIntoView({ block: "nearest" }); // its options too, above the panel
  });
  finish.addEventListener("keydown", (event) => {
    if (event.key === "ArrowUp" || event.key === "Backspace") { event.preventDefault(); places[places.length - 1].focus(); }
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter.value === "save") { parcel("save"); isDirty = false; return; }
    event.preventDefault();
    end();
  });
  window.addEventListener("beforeunload", (event) => { if (isDirty) event.preventDefault(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && isDirty) save(); });

  question.hidden = false;
  places.forEach(show);
  showRouting();
  (places.find((place) => place.getAttribute("aria-invalid")) || places.find((place) => wrong(place)) || finish).focus();
}

const codeForm = document.getElementById("keying-code"), keyed = document.getElementById("keying");
if (codeForm) atDesk(codeForm);
if (keyed) atForm(keyed);
