// One LSTM unit under the reader's hand. The arithmetic is that of run_cell in gate_explorer.py.

function runCell(forget, write, candidate, output) {
  const [f, i, o] = [forget, write, output].map(sigmoid);
  const cTilde = Math.tanh(candidate);
  const cell = [MEMORY];
  for (let t = 1; t <= STEPS; t += 1) cell.push(f * cell[t - 1] + i * cTilde);
  const hidden = cell.slice(1).map((c) => o * Math.tanh(c));
  return { values: [f, i, cTilde, o], series: { cell, hidden } };
}

export default explorer({
  label: "LSTM gate explorer",
  sliders: [
    ["forget", "Forget gate: keep the old memory", "f", "forget", 6],
    ["write", "Input gate: let the candidate in", "i", "write", 6],
    ["candidate", "Candidate: what would be written", "C̃", "candidate", 6],
    ["output", "Output gate: show the memory", "o", "output", 6],
  ],
  names: { cell: "C", hidden: "h" },
  run: runCell,
  range: ({ series }) => {
    const limit = Math.max(2, ...series.cell.map(Math.abs));
    return [-limit, limit];
  },
  sentence: ({ series }) =>
    `The memory began at ${signed(MEMORY)}. After ten steps C = ${signed(series.cell.at(-1))}, ` +
    `and the rest of the network sees h = ${signed(series.hidden.at(-1))}.`,
});
