// What the word reader draws: a word as a sheet of squares, and one step of the cell in numbers.

const DIFFERS = 0.25; // from this difference on, a square is framed
const FULL = { cell_state: 3 }; // the value that has the full colour; 1 for all others
const SHEET = { height: 272, units: 200, left: 32 }; // of one word, in the drawing's own units

const best = (probabilities) => probabilities.indexOf(Math.max(...probabilities));
const text = (x, y, kind, words) => svg("text", { x, y, class: kind }, words);
const line = (kind, x1, y1, x2, y2) => svg("line", { x1, y1, x2, y2, class: kind });
const box = (kind, x, y, width, height) => svg("rect", { x, y, width, height, class: kind });

/** Bars for the syllables of a pattern, as on the first page: tall for 1, half for 2. */
function syllables(pattern, x, y, width) {
  const bar = Math.min(7, (width - 4) / pattern.length - 1);
  const group = svg("g", { class: "syllables" });
  [...pattern].forEach((stress, k) => {
    const height = { 0: 2, 1: 14, 2: 8 }[stress];
    const left = x + (width - pattern.length * (bar + 1)) / 2 + k * (bar + 1);
    group.append(box(`stress-${stress}`, left, y + 14 - height, bar, height));
  });
  return group;
}

/**
 * A row a unit, a column a letter, and the answer after each letter below.
 *
 * steps: of `readWord`. show: which of a step's values. against: the steps of the other word.
 */
function drawWord({ steps, word, against, show, patterns, width }) {
  const H = steps[0][show].length;
  const side = Math.min(46, (width - SHEET.left - 48) / Math.max(word.length, 8));
  const high = SHEET.units / H;
  const group = svg("g", {});
  steps.forEach((now, t) => {
    now[show].forEach((value, unit) => {
      const square = box(value < 0 ? "negative" : "positive", t * side, unit * high, side - 1, high - 0.6);
      square.setAttribute("fill-opacity", Math.min(1, Math.abs(value) / (FULL[show] ?? 1)).toFixed(3));
      const other = against?.[t]?.[show][unit] ?? value;
      if (Math.abs(other - value) > DIFFERS) square.classList.add("differs");
      group.append(square);
    });
    const answer = best(now.probabilities);
    const sure = Math.round(100 * now.probabilities[answer]);
    group.append(
      text((t + 0.5) * side, 220, "letter", word[t]),
      syllables(patterns[answer], t * side, 226, side),
      text((t + 0.5) * side, 256, "sure", String(sure)),
    );
  });
  group.append(
    box("frame", 0, 0, word.length * side, SHEET.units),
    text(-6, 10, "sure end", "1"),
    text(-6, SHEET.units, "sure end", String(H)),
    text(word.length * side + 6, 256, "sure start", "% sure"),
  );
  return { group, side, high };
}

/** A gate's value. Two digits round a gate that is not quite open to 1.00, so they are not shown. */
function gateText(value) {
  if (value === 0 || value === 1) return String(value);
  if (value > 0.995) return "> 0.99";
  return value < 0.005 ? "< 0.01" : signed(value);
}

/** One unit's step of the LSTM on its lane: C before, times f, plus i times C̃, C after; below, h. */
function drawLstm(now, unit, width) {
  const at = (name) => signed(now[name][unit]);
  const gate = (name) => gateText(now[name][unit]);
  const [f, i, o, end] = [0.25, 0.51, 0.77, width - 62].map((x) => (x < 1 ? x * width : x));
  return [
    line("lane", 62, 34, end, 34),
    line("wire", f, 76, f, 46),
    line("wire", i, 76, i, 46),
    svg("path", { d: `M ${o} 34 V 84 H ${end}`, class: "wire" }),
    ...sign(f, 34, "×"),
    ...sign(i, 34, "+"),
    ...sign(o, 84, "×"),
    text(30, 39, "number cell", signed(now.before.cell_state[unit])),
    text(f, 93, "number forget", `f ${equals(gate("forget_gate"))}`),
    text(i, 93, "number write", `i ${equals(gate("input_gate"))}`),
    text(i, 111, "number candidate", `C̃ = ${at("candidate")}`),
    text(o, 113, "number output", `o ${equals(gate("output_gate"))}`),
    text(o - 6, 60, "quiet end", "tanh"),
    text(width - 30, 39, "number cell", at("cell_state")),
    text(width - 30, 89, "number hidden", at("hidden_state")),
    text(30, 16, "quiet", "C before"),
    text(width - 30, 16, "quiet", "C after"),
    text(width - 30, 108, "quiet", "h"),
  ];
}

/** One unit's step of the GRU: h before, times 1 − z, plus z times h̃, h after. */
function drawGru(now, unit, width) {
  const at = (name) => signed(now[name][unit]);
  const gate = (name) => gateText(now[name][unit]);
  const [keep, write, end] = [0.3, 0.65, width - 62].map((x) => (x < 1 ? x * width : x));
  return [
    line("lane", 62, 34, end, 34),
    line("wire", keep, 76, keep, 46),
    line("wire", write, 76, write, 46),
    ...sign(keep, 34, "×"),
    ...sign(write, 34, "+"),
    text(30, 39, "number hidden", signed(now.before.hidden_state[unit])),
    text(keep, 93, "number update", `1 − z ${equals(gateText(1 - now.update_gate[unit]))}`),
    text(write, 93, "number update", `z ${equals(gate("update_gate"))}`),
    text(write, 111, "number candidate", `h̃ = ${at("candidate")}`),
    text(keep, 111, "number reset", `r ${equals(gate("reset_gate"))}`),
    text(width - 30, 39, "number hidden", at("hidden_state")),
    text(30, 16, "quiet", "h before"),
    text(width - 30, 16, "quiet", "h after"),
  ];
}

const equals = (value) => (/^[<>]/.test(value) ? value : `= ${value}`);

function sign(x, y, words) {
  return [svg("circle", { cx: x, cy: y, r: 12, class: "sign" }), text(x, y + 5, "number", words)];
}
