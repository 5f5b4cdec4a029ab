// One GRU unit under the reader's hand. The arithmetic is that of run_unit in gru_explorer.py.

function runUnit(update, reset, drive, weight) {
  const [z, r] = [update, reset].map(sigmoid);
  const hidden = [MEMORY];
  const candidate = [];
  for (let t = 0; t < STEPS; t += 1) {
    candidate.push(Math.tanh(drive + weight * (r * hidden[t])));
    hidden.push((1 - z) * hidden[t] + z * candidate[t]);
  }
  return { values: [z, r, drive, weight], series: { hidden, candidate } };
}

export default explorer({
  label: "GRU gate explorer",
  sliders: [
    ["update", "Update gate: take the candidate", "z", "update", 6],
    ["reset", "Reset gate: let it see the old state", "r", "reset", 6],
    ["drive", "What the candidate hears from outside", "a", "candidate", 6],
    ["weight", "Its weight for the old state", "u", "candidate", 3],
  ],
  names: { hidden: "h", candidate: "h̃" },
  run: runUnit,
  range: () => [-1, 1],
  sentence: ({ series }) =>
    `The state began at ${signed(MEMORY)}. After ten steps h = ${signed(series.hidden.at(-1))}; ` +
    `the last candidate was ${signed(series.candidate.at(-1))}.`,
});
