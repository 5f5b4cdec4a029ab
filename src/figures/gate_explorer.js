// One LSTM unit under the reader's hand. The arithmetic is that of run_cell in gate_explorer.py.

const STEPS = 10;
const MEMORY = 0.8;
const SLIDERS = [
  ["forget", "Forget gate", "f", "keep the old memory"],
  ["write", "Input gate", "i", "let the candidate in"],
  ["candidate", "Candidate", "C̃", "what would be written"],
  ["output", "Output gate", "o", "show the memory"],
];

const sigmoid = (a) => (a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a)));

function runCell(forget, write, candidate, output) {
  const [f, i, o] = [forget, write, output].map(sigmoid);
  const cTilde = Math.tanh(candidate);
  const cells = [MEMORY];
  for (let t = 1; t <= STEPS; t += 1) cells.push(f * cells[t - 1] + i * cTilde);
  return { values: [f, i, cTilde, o], cells, hidden: cells.slice(1).map((c) => o * Math.tanh(c)) };
}

function svg(name, attributes, text = "") {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
}

function html(name, attributes, text = "") {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  return node;
}

const signed = (value) => value.toFixed(2).replace("-", "−");
const x = (t) => 48 + 50 * t;
const y = (value) => 130 - 50 * value;

function draw(plot, run) {
  const limit = Math.max(2, ...run.cells.map(Math.abs));
  const scaled = (value) => y((2 * value) / limit);
  plot.replaceChildren();
  for (const value of [-limit, 0, limit]) {
    plot.append(svg("line", { x1: x(0), x2: x(STEPS), y1: scaled(value), y2: scaled(value), class: "grid" }));
    plot.append(svg("text", { x: x(0) - 10, y: scaled(value) + 4, class: "tick end" }, signed(value)));
  }
  for (let t = 0; t <= STEPS; t += 1) {
    plot.append(svg("text", { x: x(t), y: 252, class: "tick" }, String(t)));
  }
  plot.append(svg("text", { x: x(STEPS / 2), y: 272, class: "tick" }, "step t"));
  const series = [
    ["cell", "C", run.cells.map((value, t) => [x(t), scaled(value)])],
    ["hidden", "h", run.hidden.map((value, t) => [x(t + 1), scaled(value)])],
  ];
  for (const [kind, name, points] of series) {
    plot.append(svg("polyline", { points: points.map((p) => p.join(",")).join(" "), class: kind }));
    for (const [px, py] of points) plot.append(svg("circle", { cx: px, cy: py, r: 4, class: kind }));
    const [px, py] = points.at(-1);
    plot.append(svg("text", { x: px + 12, y: py + 4, class: `name ${kind}` }, name));
  }
}

function render({ model, el }) {
  const root = html("section", { class: "gate-explorer", "aria-label": "LSTM gate explorer" });
  const sliders = html("div", { class: "sliders" });
  const buttons = html("div", { class: "settings", role: "group", "aria-label": "Settings to try" });
  const plot = svg("svg", { viewBox: "0 0 580 280", "aria-hidden": "true" });
  const summary = html("output", { class: "summary", "aria-live": "polite" });

  const inputs = SLIDERS.map(([key, label, symbol, role]) => {
    const row = html("label", { class: `slider ${key}` });
    const input = html("input", { type: "range", min: -6, max: 6, step: 0.1 });
    const value = html("span", { class: "value" });
    row.append(html("span", { class: "label" }, `${label}: ${role}`), input, value);
    input.addEventListener("input", () => {
      model.set(key, Number(input.value));
      model.save_changes();
      update();
    });
    sliders.append(row);
    return { key, symbol, input, value };
  });

  for (const [name, setting] of model.get("settings")) {
    const button = html("button", { type: "button" }, name);
    button.addEventListener("click", () => {
      inputs.forEach(({ key }, k) => model.set(key, setting[k]));
      model.save_changes();
      update();
    });
    buttons.append(button);
  }

  function update() {
    const run = runCell(...inputs.map(({ key }) => model.get(key)));
    inputs.forEach(({ key, symbol, input, value }, k) => {
      const a = model.get(key);
      input.value = a;
      input.setAttribute("aria-valuetext", `pre-activation ${a.toFixed(1)}, ${symbol} = ${run.values[k].toFixed(3)}`);
      value.textContent = `${symbol} = ${signed(run.values[k])}`;
    });
    draw(plot, run);
    const kept = run.cells.at(-1);
    summary.textContent =
      `The memory began at ${signed(MEMORY)}. After ten steps C = ${signed(kept)}, ` +
      `and the rest of the network sees h = ${signed(run.hidden.at(-1))}.`;
    root.dataset.run = JSON.stringify(run);
  }

  root.append(sliders, buttons, plot, summary);
  el.append(root);
  const keys = inputs.map(({ key }) => `change:${key}`);
  keys.forEach((event) => model.on(event, update));
  update();
  return () => keys.forEach((event) => model.off(event, update));
}

export default { render };
