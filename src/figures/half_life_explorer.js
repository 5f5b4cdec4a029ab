// What a forget gate leaves of a memory. The arithmetic is that of run_memory in
// half_life_explorer.py.

function runMemory(bias, swing, steps) {
  const gates = [sigmoid(bias + swing), sigmoid(bias - swing)];
  const perStep = Math.sqrt(gates[0] * gates[1]);
  const lags = Array.from({ length: STEPS + 1 }, (_, k) => (steps * k) / STEPS);
  const steady = lags.map((lag) => sigmoid(bias) ** lag);
  const remains = lags.map((lag) => perStep ** lag);
  const halfLife = -Math.LN2 / Math.log(perStep);
  return { values: [sigmoid(bias), swing, steps], halfLife, series: { steady, remains } };
}

const few = (value) => {
  if (value === 0 || value >= 1e-3) return String(+value.toPrecision(3));
  const [digits, exponent] = value.toExponential(1).split("e-");
  return `${digits}·10⁻${[...exponent].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit]).join("")}`;
};
const inSteps = (value) => `${few(value)} ${few(value) === "1" ? "step" : "steps"}`;

export default explorer({
  label: "Half-life explorer",
  sliders: [
    ["bias", "Forget gate: its pre-activation at rest", "f", "forget", 8],
    ["swing", "How far the inputs push it, up and down in turn", "s", "forget", 4, 0],
    ["steps", "How many steps to look back", "k", "cell", 500, 20, 20],
  ],
  names: { steady: "σᵏ", remains: "∏f" },
  run: runMemory,
  range: () => [0, 1],
  lag: ({ values }, t) => (values[2] * t) / STEPS,
  axis: "steps back, k",
  sentence: ({ values, halfLife, series }) =>
    `Half of the memory is gone after ${inSteps(halfLife)}. ` +
    `After ${values[2]} steps ${few(series.remains.at(-1))} of it remains` +
    (values[1] === 0 ? "." : `; were the gate at rest, ${few(series.steady.at(-1))}.`),
});
