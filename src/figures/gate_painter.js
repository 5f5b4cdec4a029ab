// Paint a gate over forty steps, and see what its memory and its gradient become. The arithmetic is
// that of `run_painted` in gate_painter.py.

const [LOW, HIGH] = [-8, 1]; // powers of ten on the gradient's axis
const TOP = 4; // of the memory's axis
const PANELS = { gates: [18, 100], memory: [150, 70], gradient: [252, 130] }; // top and height
const MARGIN = { left: 46, right: 10 };
const NAMES = {
  "bias-0": "bias 0", "bias-1": "bias 1", "bias-5": "bias 5", pushed: "pushed", blink: "one blink",
};

/** Three digits a step, in thousandths, as an array of gates. */
const gatesOf = (digits) => digits.match(/\d{3}/g).map((thousandths) => Number(thousandths) / 1000);
const digitsOf = (gates) =>
  gates.map((gate) => String(Math.min(999, Math.round(1000 * gate))).padStart(3, "0")).join("");

/** One unit with a candidate of 1: its memory C, its factors ∂C_t/∂C_(t−1), and dC_T/dC_t. */
function runPainted(forget, write, detour) {
  const C = [0];
  const factors = forget.map((f, k) => {
    const before = C[k];
    C.push(f * before + write[k]);
    return f + detour * f * (1 - f) * before * (1 - Math.tanh(before) ** 2);
  });
  const gradients = [1];
  for (const factor of factors.toReversed()) gradients.unshift(gradients[0] * factor);
  const lost = gradients.toReversed().findIndex((gradient) => Math.abs(gradient) <= 0.5);
  return { cell_states: C, factors, gradients, half: lost };
}

/** A number as people write it: 0.25, or 3.1·10⁻⁸. */
function power(value) {
  if (value === 0) return "0";
  const exponent = Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -2 && exponent < 3) return short(Number(value.toPrecision(2)));
  const digits = [...String(exponent)].map((d) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[d] ?? "⁻").join("");
  return `${short(Number((value / 10 ** exponent).toPrecision(2)))}·10${digits}`;
}

function render({ model, el }) {
  const presets = model.get("presets");
  const T = gatesOf(presets["bias-1"]).length;
  const root = html("section", { class: "gate-painter-explorer", "aria-label": "Paint a gate" });
  const set = (values) => {
    for (const [name, value] of Object.entries(values)) model.set(name, value);
    model.save_changes();
  };
  const digits = () => presets[model.get("preset")] ?? model.get("forget");
  const forget = () => gatesOf(/^(\d{3})+$/.test(digits()) && digits().length === 3 * T ? digits() : presets["bias-1"]);
  const write = () => gatesOf(model.get("write").length === 3 * T ? model.get("write") : model.get("written"));
  let painted = "forget";

  const row = (label) => {
    const made = html("div", { class: "buttons", role: "group", "aria-label": label });
    root.append(made);
    return made;
  };
  const button = (parent, label, act) => {
    const made = html("button", { type: "button" }, label);
    made.addEventListener("click", act);
    parent.append(made);
    return made;
  };
  const start = row("Forget gates to start from");
  const starts = Object.keys(presets).map((name) => ({
    name, button: button(start, NAMES[name], () => set({ preset: name })),
  }));
  const what = row("What the brush paints");
  const brushes = [["forget", "paint f"], ["write", "paint i"]].map(([name, label]) => ({
    name,
    button: button(what, label, () => {
      painted = name;
      update();
    }),
  }));
  const detour = button(what, "detour through h", () => set({ detour: model.get("detour") ? 0 : 4 }));

  const plot = svg("svg", { class: "plot", "aria-hidden": "true" });
  const sliders = html("div", { class: "where" });
  const [column, value] = [["column", 1, T, 1], ["value", 0, 0.999, 0.001]].map(([name, min, max, step]) => {
    const label = html("label", {});
    const text = html("span", {});
    const input = html("input", { type: "range", min, max, step });
    label.append(text, input);
    sliders.append(label);
    return { name, text, input };
  });
  column.input.addEventListener("input", () => set({ column: Number(column.input.value) }));
  value.input.addEventListener("input", () => paint(model.get("column"), Number(value.input.value)));
  const summary = html("output", { class: "summary", "aria-live": "polite" });
  root.append(plot, sliders, summary);
  el.append(root);

  /** Give one step's gate a value. */
  function paint(step, gate) {
    const gates = painted === "forget" ? forget() : write();
    gates[step - 1] = Math.min(0.999, Math.max(0, gate));
    const digits = digitsOf(gates);
    set(painted === "forget" ? { column: step, preset: "", forget: digits } : { column: step, write: digits });
  }

  const width = () => plot.viewBox.baseVal.width;
  const side = () => (width() - MARGIN.left - MARGIN.right) / T;
  const x = (step) => MARGIN.left + step * side(); // the left edge of step 1 is x(0)

  function axis([top, height], ticks, name) {
    const y = (share) => top + height * (1 - share);
    for (const [share, label] of ticks) {
      plot.append(
        svg("line", { x1: x(0), x2: x(T), y1: y(share), y2: y(share), class: "grid" }),
        svg("text", { x: x(0) - 6, y: y(share) + 4, class: "tick end" }, label),
      );
    }
    plot.append(svg("text", { x: x(0), y: top - 8, class: "tick start" }, name));
    return y;
  }

  function update() {
    const [f, i] = [forget(), write()];
    const run = runPainted(f, i, model.get("detour"));
    const step = Math.min(Math.max(1, model.get("column")), T);
    plot.replaceChildren();

    const gate = axis(PANELS.gates, [[0, "0"], [0.5, "0.5"], [1, "1"]], "gates: f, and i as dots");
    f.forEach((one, k) => {
      const y = gate(one);
      plot.append(svg("rect", { x: x(k) + 1, y, width: side() - 2, height: gate(0) - y, class: "forget" }));
    });
    i.forEach((one, k) => plot.append(svg("circle", { cx: x(k + 0.5), cy: gate(one), r: 3, class: "write" })));

    const memory = axis(PANELS.memory, [[0, "0"], [0.5, String(TOP / 2)], [1, String(TOP)]], "memory C");
    const points = run.cell_states.map((c, k) => `${x(k)},${memory(Math.min(1, c / TOP))}`);
    plot.append(svg("polyline", { points: points.join(" "), class: "cell" }));

    const decades = [-8, -6, -4, -2, 0].map((d) => [(d - LOW) / (HIGH - LOW), d ? power(10 ** d).replace("1·", "") : "1"]);
    const y = axis(PANELS.gradient, decades, `gradient that step ${T} sends back to each step`);
    run.gradients.slice(1).forEach((gradient, k) => {
      const share = (Math.log10(Math.max(Math.abs(gradient), 1e-300)) - LOW) / (HIGH - LOW);
      const at = y(Math.min(1, Math.max(0, share)));
      plot.append(svg("rect", { x: x(k) + 1, y: at, width: side() - 2, height: y(0) - at, class: "gradient" }));
    });
    if (run.half > 0 && run.half <= T) {
      const edge = x(T - run.half);
      const ruler = PANELS.gradient[0] + 8;
      plot.append(
        svg("path", { d: `M ${edge} ${ruler + 6} V ${ruler} H ${x(T)} V ${ruler + 6}`, class: "ruler" }),
        svg("text", { x: edge - 6, y: ruler + 5, class: "tick end" }, `half gone: ${run.half}`),
      );
    }
    plot.append(svg("rect", { x: x(step - 1), y: PANELS.gates[0], width: side(), height: 364, class: "mark" }));

    const now = painted === "forget" ? f : i;
    column.input.value = step;
    column.text.textContent = `Step ${step}`;
    value.input.value = now[step - 1];
    value.text.textContent = `${painted === "forget" ? "f" : "i"} = ${short(now[step - 1])}`;
    for (const { name, button: one } of starts) one.setAttribute("aria-pressed", name === model.get("preset"));
    for (const { name, button: one } of brushes) one.setAttribute("aria-pressed", name === painted);
    detour.setAttribute("aria-pressed", model.get("detour") !== 0);
    const arrives = power(run.gradients[1]);
    const half = run.half < 0 ? `less than half is lost over ${T - 1} steps` : `half is gone after ${run.half} step${run.half > 1 ? "s" : ""}`;
    summary.textContent =
      `Looking back from step ${T}, ${half}. Of a change at step 1, ${arrives} arrives. ` +
      `The memory ends at ${power(run.cell_states.at(-1))}.`;
    root.dataset.run = JSON.stringify({ forget: f, write: i, detour: model.get("detour"), ...run });
  }

  function brush(event) {
    if (event.type === "pointermove" && !event.buttons) return;
    const place = plot.getBoundingClientRect();
    const scale = width() / place.width;
    const step = Math.floor(((event.clientX - place.left) * scale - MARGIN.left) / side()) + 1;
    const [top, height] = PANELS.gates;
    const gate = 1 - ((event.clientY - place.top) * scale - top) / height;
    if (step < 1 || step > T || gate < -0.3 || gate > 1.3) return;
    paint(step, gate);
  }
  plot.addEventListener("pointerdown", (event) => {
    plot.setPointerCapture(event.pointerId);
    brush(event);
  });
  plot.addEventListener("pointermove", brush);

  function fit() {
    const wide = Math.min(Math.max(root.clientWidth - 32, 320), 680);
    if (wide === width()) return;
    plot.setAttribute("viewBox", `0 0 ${wide} 390`);
    update();
  }
  const traits = ["preset", "forget", "write", "detour", "column"];
  let waiting = false;
  const later = () => {
    if (!waiting) queueMicrotask(() => ((waiting = false), update()));
    waiting = true;
  };
  for (const name of traits) model.on(`change:${name}`, later);
  fit();
  const resized = new ResizeObserver(fit);
  resized.observe(root);
  return () => {
    resized.disconnect();
    for (const name of traits) model.off(`change:${name}`, later);
  };
}

export default { render };
