"use strict";
/* The viewer of two results, and tables that are sorted by their heads. Everything else works without a script. */

const BLINK_MS = 600;
const GAINS = [1, 2, 4, 8, 16, 32, 64, 128];
const still = matchMedia("(prefers-reduced-motion: reduce)");

function viewer(cell) {
  const find = (selector) => cell.querySelector(selector);
  const stage = find(".stage"), [a, b] = [find(".a"), find(".b")], [chooseA, chooseB] = cell.querySelectorAll(".bar select");
  const cut = find(".cut"), gain = find(".gain"), blink = find(".blink"), readout = find(".readout");
  const pictures = new Map([...cell.querySelectorAll("img[data-result]")].map((img) => [img.dataset.result, img.src]));
  const pairs = new Map([...cell.querySelectorAll(".matrix button")].map((one) => [one.dataset.pair, one]));
  let timer = 0;

  const exact = (name) => find(`img[data-result="${name}"][data-words]`)?.dataset;
  function facts() {
    const names = [chooseA.value, chooseB.value];
    if (!names.includes("exact")) return pair()?.dataset;
    const data = exact(names.find((name) => name !== "exact"));
    return data && { seen: data.seen, words: `Against the exact value ${data.words}` };
  }
  const pair = () => pairs.get(`${chooseA.value}|${chooseB.value}`);
  const mode = () => find(".modes input:checked").value;

  function stop() {
    clearInterval(timer);
    timer = 0;
    blink.textContent = still.matches ? "Show the other" : "Play";
  }
  function other() {
    stage.dataset.shown = stage.dataset.shown === "a" ? "b" : "a";
    tell();
  }
  function play() {
    if (still.matches) return other();
    if (timer) return stop();
    other();
    timer = setInterval(other, BLINK_MS);
    blink.textContent = "Pause";
  }
  const seen = () => Number(facts()?.seen ?? 0);
  function largestGain() {
    return GAINS.findLast((value) => value * seen() <= 255) ?? 1;
  }
  function tell() {
    const what = chooseA.value === chooseB.value ? "Both are the same result" : facts()?.words ?? "";
    const ways = {
      slide: `${chooseA.value} left of the line, ${chooseB.value} right of it.`,
      blink: `Now: ${stage.dataset.shown === "a" ? chooseA.value : chooseB.value}.`,
      difference: seen() > 0 && seen() < 1 ? "These differences are too small for the bytes of a picture; see the maps below."
        : `Differences times ${gain.value}; black is equal.`,
    };
    readout.textContent = `${what}${what ? ". " : ""}${ways[mode()]}`;
  }
  function show() {
    stop();
    a.src = pictures.get(chooseA.value);
    b.src = pictures.get(chooseB.value);
    a.alt = chooseA.value;
    b.alt = chooseB.value;
    find(".on-a").textContent = chooseA.value;
    find(".on-b").textContent = chooseB.value;
    stage.dataset.mode = mode();
    stage.dataset.shown = "a";
    for (const control of cell.querySelectorAll("[data-for]")) control.hidden = control.dataset.for !== mode();
    for (const one of pairs.values()) one.setAttribute("aria-pressed", String(one === pair()));
    gain.value = String(largestGain());
    stage.style.setProperty("--gain", gain.value);
    tell();
  }
  function move(event) {
    if (mode() !== "slide" || !(event.buttons & 1)) return;
    const box = stage.getBoundingClientRect();
    cut.value = String(Math.round((100 * (event.clientX - box.left)) / box.width));
    cut.dispatchEvent(new Event("input"));
  }

  cut.addEventListener("input", () => stage.style.setProperty("--cut", `${cut.value}%`));
  gain.addEventListener("change", () => { stage.style.setProperty("--gain", gain.value); tell(); });
  blink.addEventListener("click", play);
  stage.addEventListener("pointerdown", move);
  stage.addEventListener("pointermove", move);
  for (const control of cell.querySelectorAll(".bar select, .modes input")) control.addEventListener("change", show);
  for (const one of pairs.values()) {
    one.addEventListener("click", () => { [chooseA.value, chooseB.value] = one.dataset.pair.split("|"); show(); });
  }
  still.addEventListener("change", show);
  cell.addEventListener("toggle", stop);
  find(".viewer").hidden = false;
  show();
}

function sortable(table) {
  const body = table.tBodies[0];
  for (const head of table.querySelectorAll("th[aria-sort]")) {
    head.querySelector("button").addEventListener("click", () => {
      const first = head.dataset.first, up = head.getAttribute("aria-sort");
      const order = up === "none" ? first : up === "ascending" ? "descending" : "ascending";
      for (const each of table.querySelectorAll("th[aria-sort]")) each.setAttribute("aria-sort", "none");
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1, column = head.cellIndex;
      const key = (row) => row.cells[column].dataset.order ?? row.cells[column].textContent;
      const compare = (one, two) => (Number.isNaN(Number(one)) ? one.localeCompare(two) : Number(one) - Number(two));
      body.append(...[...body.rows].sort((one, two) => sign * compare(key(one), key(two))));
    });
  }
}

function open() {
  const cell = location.hash && document.getElementById(location.hash.slice(1));
  if (cell) cell.open = true;
}

addEventListener("hashchange", open);
open();
for (const one of document.querySelectorAll(".viewer")) viewer(one.closest(".cell"));
for (const table of document.querySelectorAll("table.sortable")) sortable(table);
