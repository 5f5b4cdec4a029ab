// A trained network reads a word under the reader's hand. The arithmetic is that of `read_word` in
// word_reader.py: one step of the cell for each letter, and the readout after each.

const CELLS = {
  lstm: {
    step: lstmStep,
    draw: drawLstm,
    shown: {
      forget_gate: ["forget gate f", "forget"],
      input_gate: ["input gate i", "write"],
      output_gate: ["output gate o", "output"],
      candidate: ["candidate C̃", "candidate"],
      cell_state: ["cell state C", "cell"],
      hidden_state: ["hidden state h", "hidden"],
    },
    gates: { forget_gate: "f", input_gate: "i", output_gate: "o" },
  },
  gru: {
    step: gruStep,
    draw: drawGru,
    shown: {
      update_gate: ["update gate z", "update"],
      reset_gate: ["reset gate r", "reset"],
      candidate: ["candidate h̃", "candidate"],
      hidden_state: ["hidden state h", "hidden"],
    },
    gates: { update_gate: "z", reset_gate: "r" },
  },
};
const LONGEST = 16; // letters
const ORDINAL = ["first", "second", "third", "fourth", "fifth", "sixth"];

/** The steps of a word (letters from a to z), and the probabilities (K) after each. */
function readWord({ step, layer, readout }, word, held, from) {
  const H = layer.weight_hh[0].length;
  let state = { hidden_state: Array(H).fill(0), cell_state: Array(H).fill(0) };
  return [...word].map((letter, t) => {
    const x = vector(26, (k) => (k === letter.charCodeAt(0) - 97 ? 1 : 0));
    const before = state;
    state = step(layer, x, before, t >= from ? held : {});
    const logits = affine(readout.weight_out, state.hidden_state, readout.bias_out);
    return { ...state, before, probabilities: softmax(logits) };
  });
}

/** "2010" in words: where the main stress falls. */
function inWords(pattern) {
  if (pattern.length === 1) return "only syllable";
  return `${ORDINAL[pattern.indexOf("1")]} of ${pattern.length} syllables`;
}

const percent = (share) => `${Math.round(100 * share)} %`;

function render({ model, el }) {
  const kind = CELLS[model.get("kind")];
  const weights = Object.entries(model.get("weights")).map(([name, w]) => [name, decode(w)]);
  const layer = Object.fromEntries(weights);
  const network = { step: kind.step, layer, readout: layer };
  const H = layer.weight_hh[0].length;
  const patterns = model.get("patterns");

  const root = html("section", {
    class: "word-reader-explorer",
    "aria-label": "A trained network reads a word",
  });
  const set = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const shown = () => (model.get("show") in kind.shown ? model.get("show") : Object.keys(kind.shown)[0]);
  const clean = (text) => text.toLowerCase().replace(/[^a-z]/g, "").slice(0, LONGEST);

  // What to read.
  const words = html("div", { class: "reading" });
  const fields = [["word", "Read"], ["other", "beside"]].map(([name, label]) => {
    const row = html("label", {}, `${label} `);
    const field = html("input", {
      type: "text", size: LONGEST, maxlength: LONGEST, autocapitalize: "off", autocomplete: "off",
      spellcheck: "false", placeholder: name === "other" ? "another word" : "a word",
    });
    field.addEventListener("input", () => set({ [name]: clean(field.value) }));
    row.append(field);
    words.append(row);
    return { name, field };
  });

  // What to see.
  const choice = html("div", { class: "choice", role: "group", "aria-label": "What the squares show" });
  const views = Object.entries(kind.shown).map(([name, [label, colour]]) => {
    const button = html("button", { type: "button", style: `--accent: var(--${colour})` }, label);
    button.addEventListener("click", () => set({ show: name }));
    choice.append(button);
    return { name, button };
  });

  const sheet = svg("svg", { class: "sheet", "aria-hidden": "true" });
  const cell = svg("svg", { class: "step", role: "img" });

  // Where to look.
  const sliders = html("div", { class: "where" });
  const places = ["letter", "unit"].map((trait) => {
    const row = html("label", {});
    const name = html("span", {});
    const input = html("input", { type: "range", min: 1, max: H, step: 1 });
    input.addEventListener("input", () => set({ [trait]: Number(input.value) }));
    row.append(name, input);
    sliders.append(row);
    return { name, input };
  });

  // What to break.
  const holds = html("div", { class: "holds", role: "group", "aria-label": "Hold a gate" });
  const holdText = html("span", {});
  const holdButtons = [["as learned", null], ["shut, 0", 0], ["open, 1", 1]].map(([label, value]) => {
    const button = html("button", { type: "button" }, label);
    button.addEventListener("click", () => {
      if (value === null) set({ held: "" });
      else set({ held_at: value, held_from: model.get("letter"), held: shown() });
    });
    return { button, value };
  });
  holds.append(holdText, ...holdButtons.map(({ button }) => button));

  const summary = html("output", { class: "summary", "aria-live": "polite" });
  root.append(words, choice, sheet, sliders, cell, holds, summary);
  el.append(root);

  let read = []; // of each word: { word, steps, and how it is drawn }
  let marks = [];

  /** Read the words and draw them. */
  function update() {
    const show = shown();
    root.style.setProperty("--accent", `var(--${kind.shown[show][1]})`);
    for (const { name, button } of views) button.setAttribute("aria-pressed", name === show);
    for (const { name, field } of fields) {
      if (clean(field.value) !== model.get(name)) field.value = model.get(name);
    }
    const gate = model.get("held");
    const held = gate ? { [gate]: model.get("held_at") } : {};
    read = ["word", "other"].map((name) => clean(model.get(name))).filter(Boolean).map((word) => ({
      word, steps: readWord(network, word, held, model.get("held_from") - 1),
    }));
    const width = sheet.viewBox.baseVal.width;
    sheet.setAttribute("viewBox", `0 0 ${width} ${8 + SHEET.height * Math.max(1, read.length)}`);
    sheet.replaceChildren();
    read.forEach((one, k) => {
      one.top = 8 + SHEET.height * k;
      const against = read[1 - k]?.steps;
      Object.assign(one, drawWord({ ...one, against, show, patterns, width }));
      one.group.setAttribute("transform", `translate(${SHEET.left}, ${one.top})`);
      sheet.append(one.group);
    });
    root.dataset.run = JSON.stringify(read.map(({ steps }) => steps.map(({ before, ...now }) => now)));
    look();
  }

  /** Mark the letter and the unit, show the step, and say what is seen. */
  function look() {
    for (const mark of marks) mark.remove();
    marks = [];
    cell.replaceChildren();
    if (!read.length) {
      summary.textContent = "Type a word of letters from a to z.";
      return;
    }
    const [{ word, steps }] = read;
    const t = Math.min(model.get("letter"), word.length) - 1;
    const unit = Math.min(model.get("unit"), H) - 1;
    for (const { group, side, high, word: other } of read) {
      if (t >= other.length) continue;
      marks.push(
        box("mark", t * side - 1, -1, side + 1, SHEET.units + 62),
        box("mark", -1, unit * high - 1, (t + 1) * side + 1, high + 1.4),
      );
      group.append(...marks.slice(-2));
    }
    cell.append(...kind.draw(steps[t], unit, cell.viewBox.baseVal.width));
    const values = Object.entries(kind.shown).map(
      ([name, [label]]) => `${label} ${name in kind.gates ? gateText(steps[t][name][unit]) : signed(steps[t][name][unit])}`,
    );
    cell.setAttribute("aria-label", `Unit ${unit + 1} at letter ${word[t]}: ${values.join(", ")}`);

    const [letter, row] = places;
    letter.input.max = word.length;
    letter.input.value = t + 1;
    letter.name.textContent = `Letter ${t + 1}: ${word[t]}`;
    letter.input.setAttribute("aria-valuetext", `${t + 1}, ${word[t]}`);
    row.input.value = unit + 1;
    row.name.textContent = `Unit ${unit + 1}`;

    const gate = kind.gates[shown()];
    holdText.textContent = gate ? `From letter ${t + 1} on, hold ${gate}` : "Show a gate to hold it";
    for (const { button, value } of holdButtons) {
      const holds = model.get("held") === shown() && model.get("held_at") === value;
      button.disabled = !gate && value !== null;
      button.setAttribute("aria-pressed", value === null ? !model.get("held") : holds);
    }
    summary.textContent = sentence(t);
  }

  /** What the network answers, in words. */
  function sentence(t) {
    const answer = ({ probabilities }) =>
      `${inWords(patterns[best(probabilities)])}, ${percent(Math.max(...probabilities))} sure`;
    const said = read.map(({ word, steps }) => `${word}: stress on the ${answer(steps.at(-1))}.`);
    const [{ word, steps }] = read;
    const gate = model.get("held");
    if (gate) {
      const free = readWord(network, word, {}, 0).at(-1);
      said.push(
        `The ${kind.shown[gate][0].slice(0, -2)} is held at ${model.get("held_at")} from letter ` +
          `${model.get("held_from")} on. As learned, the answer for ${word} was: ${answer(free)}.`,
      );
    } else if (t + 1 < word.length) {
      said.push(`After ${word.slice(0, t + 1)} the answer was: ${answer(steps[t])}.`);
    }
    return said.join(" ");
  }

  function point(event) {
    const place = sheet.getBoundingClientRect();
    const scale = sheet.viewBox.baseVal.width / place.width;
    const x = (event.clientX - place.left) * scale - SHEET.left;
    const y = (event.clientY - place.top) * scale;
    const under = read.find(({ top }) => y >= top && y < top + SHEET.height);
    const letter = under ? Math.floor(x / under.side) + 1 : 0;
    if (letter < 1 || letter > read[0].word.length) return;
    const unit = Math.floor((y - under.top) / under.high) + 1;
    set({ letter, unit: unit <= H ? unit : model.get("unit") });
  }
  sheet.addEventListener("pointermove", point);
  sheet.addEventListener("pointerdown", point);

  function fit() {
    const width = Math.min(Math.max(root.clientWidth - 32, 320), 640);
    if (width !== sheet.viewBox.baseVal.width) {
      sheet.setAttribute("viewBox", `0 0 ${width} 280`);
      cell.setAttribute("viewBox", `0 0 ${Math.min(width, 560)} 118`);
      update();
    }
  }
  const listeners = Object.entries({
    word: update, other: update, show: update, held: update, held_at: update, held_from: update,
    letter: look, unit: look,
  });
  for (const [name, listener] of listeners) model.on(`change:${name}`, listener);
  fit();
  const resized = new ResizeObserver(fit);
  resized.observe(root);
  return () => {
    resized.disconnect();
    for (const [name, listener] of listeners) model.off(`change:${name}`, listener);
  };
}

export default { render };
