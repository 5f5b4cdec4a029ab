// One step of each cell, a line an equation, as in src/equations. Vectors are arrays of numbers,
// matrices arrays of rows. `held` forces gates to a number: { forget_gate: 0 }.

const sigmoid = (a) => (a >= 0 ? 1 / (1 + Math.exp(-a)) : Math.exp(a) / (1 + Math.exp(a)));
const dot = (v, w) => v.reduce((sum, value, k) => sum + value * w[k], 0);
const affine = (W, x, b) => W.map((row, k) => dot(row, x) + b[k]);
const vector = (length, entry) => Array.from({ length }, (_, k) => entry(k));
const block = (a, k, H) => a.slice(k * H, (k + 1) * H);

function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - largest));
  const sum = powers.reduce((one, other) => one + other);
  return powers.map((power) => power / sum);
}

/** x: (D). state: { hidden_state, cell_state }, each (H). Gates in PyTorch's order: i, f, C̃, o. */
function lstmStep({ weight_ih, weight_hh, bias }, x, state, held = {}) {
  const { hidden_state: h, cell_state: C } = state;
  const H = h.length;
  const gate = (name, a) => a.map((entry) => held[name] ?? sigmoid(entry));
  const recurrent = affine(weight_hh, h, bias);
  const a = affine(weight_ih, x, recurrent);

  const input_gate = gate("input_gate", block(a, 0, H));
  const forget_gate = gate("forget_gate", block(a, 1, H));
  const candidate = block(a, 2, H).map(Math.tanh);
  const cell_state = vector(H, (k) => forget_gate[k] * C[k] + input_gate[k] * candidate[k]);
  const output_gate = gate("output_gate", block(a, 3, H));
  const hidden_state = vector(H, (k) => output_gate[k] * Math.tanh(cell_state[k]));
  return { input_gate, forget_gate, candidate, output_gate, cell_state, hidden_state };
}

/** x: (D). state: { hidden_state } (H). Order r, z, h̃; PyTorch's reset after the product. */
function gruStep({ weight_ih, weight_hh, bias, bias_reset }, x, state, held = {}) {
  const { hidden_state: h } = state;
  const H = h.length;
  const gate = (name, a) => a.map((entry) => held[name] ?? sigmoid(entry));
  const fromInput = affine(weight_ih, x, bias);
  const gates = affine(weight_hh.slice(0, 2 * H), h, fromInput);

  const reset_gate = gate("reset_gate", block(gates, 0, H));
  const update_gate = gate("update_gate", block(gates, 1, H));
  const remembered = affine(block(weight_hh, 2, H), h, bias_reset);
  const drive = block(fromInput, 2, H);
  const candidate = vector(H, (k) => Math.tanh(drive[k] + reset_gate[k] * remembered[k]));
  const hidden_state = vector(
    H,
    (k) => (1 - update_gate[k]) * h[k] + update_gate[k] * candidate[k],
  );
  return { reset_gate, update_gate, candidate, hidden_state };
}
