// What the explorers share: sliders, settings to try, a plot of ten steps, and a sentence.
// Python puts this file before the one that defines an explorer (front_end in explorer.py), and the
// library in `live` before both.

const STEPS = 10;
const MEMORY = 0.8;

const WIDTHS = [380, 600]; // of the plot, in its own units: on a phone it is less wide, not smaller

/** Draw a run's series between low and high; one with fewer points begins at a later step. */
function draw(plot, series, names, [low, high]) {
  const step = (plot.viewBox.baseVal.width - 100) / STEPS;
  const x = (t) => 48 + step * t;
  const y = (value) => 230 - (200 * (value - low)) / (high - low);
  plot.replaceChildren();
  for (const value of [low, (low + high) / 2, high]) {
    plot.append(svg("line", { x1: x(0), x2: x(STEPS), y1: y(value), y2: y(value), class: "grid" }));
    plot.append(svg("text", { x: x(0) - 10, y: y(value) + 4, class: "tick end" }, signed(value)));
  }
  for (let t = 0; t <= STEPS; t += 1) {
    plot.append(svg("text", { x: x(t), y: 252, class: "tick" }, String(t)));
  }
  plot.append(svg("text", { x: x(STEPS / 2), y: 272, class: "tick" }, "step t"));
  let lastLabel = -Infinity;
  for (const [kind, values] of Object.entries(series)) {
    const first = STEPS + 1 - values.length;
    const points = values.map((value, k) => [x(first + k), y(value)]);
    plot.append(svg("polyline", { points: points.map((p) => p.join(",")).join(" "), class: kind }));
    for (const [px, py] of points) plot.append(svg("circle", { cx: px, cy: py, r: 4, class: kind }));
    let label = points.at(-1)[1] + 4;
    if (Math.abs(label - lastLabel) < 18) label = lastLabel + (lastLabel < 216 ? 18 : -18);
    lastLabel = label;
    plot.append(svg("text", { x: x(STEPS) + 12, y: label, class: `name ${kind}` }, names[kind]));
  }
}

/**
 * An anywidget. The traits are the sliders' keys, and `settings`: [name, [a value for each slider]].
 *
 * label: what a screen reader calls it.
 * sliders: [key, what it does, symbol, colour as in explorer.css, largest value]. The smallest is
 *   −largest.
 * names: for each series its label in the plot.
 * run(...values): { values: what to show beside each slider, series: { kind: numbers } }.
 * range(run): the two ends of the vertical axis.
 * sentence(run): the result in words.
 */
function explorer({
  label, sliders, names, run, range, sentence,
}) {
  function render({ model, el }) {
    const root = html("section", { class: "gate-explorer", "aria-label": label });
    const rows = html("div", { class: "sliders" });
    const buttons = html("div", { class: "settings", role: "group", "aria-label": "Settings to try" });
    const plot = svg("svg", { "aria-hidden": "true" });
    const summary = html("output", { class: "summary", "aria-live": "polite" });

    const inputs = sliders.map(([key, text, symbol, colour, end]) => {
      const row = html("label", { class: "slider", style: `--accent: var(--${colour})` });
      const input = html("input", { type: "range", min: -end, max: end, step: 0.1 });
      const value = html("span", { class: "value" });
      row.append(html("span", { class: "label" }, text), input, value);
      input.addEventListener("input", () => {
        model.set(key, Number(input.value));
        model.save_changes();
        update();
      });
      rows.append(row);
      return { key, symbol, input, value };
    });

    const choices = model.get("settings").map(([name, setting]) => {
      const button = html("button", { type: "button" }, name);
      button.addEventListener("click", () => {
        inputs.forEach(({ key }, k) => model.set(key, setting[k]));
        model.save_changes();
        update();
      });
      buttons.append(button);
      return { button, setting };
    });

    function update() {
      const now = run(...inputs.map(({ key }) => model.get(key)));
      inputs.forEach(({ key, symbol, input, value }, k) => {
        const at = model.get(key);
        input.value = at;
        input.setAttribute("aria-valuetext", `${short(at)}, ${symbol} = ${short(now.values[k])}`);
        value.textContent = `${symbol} = ${short(now.values[k])}`;
      });
      for (const { button, setting } of choices) {
        const chosen = inputs.every(({ key }, k) => model.get(key) === setting[k]);
        button.setAttribute("aria-pressed", chosen);
      }
      draw(plot, now.series, names, range(now));
      summary.textContent = sentence(now).replaceAll(" = ", "\u00a0=\u00a0"); // not broken over lines
      root.dataset.run = JSON.stringify(now);
    }

    function fit() {
      const width = Math.min(Math.max(root.clientWidth, WIDTHS[0]), WIDTHS[1]);
      plot.setAttribute("viewBox", `0 0 ${width} 280`);
      update();
    }

    root.append(rows, buttons, plot, summary);
    el.append(root);
    const events = inputs.map(({ key }) => `change:${key}`);
    events.forEach((event) => model.on(event, update));
    fit();
    const resized = new ResizeObserver(fit);
    resized.observe(root);
    return () => {
      resized.disconnect();
      events.forEach((event) => model.off(event, update));
    };
  }
  return { render };
}
