// Weights travel as half-precision numbers in base64, which also works where a page is a file.

/** A 16-bit float (IEEE 754) as a number. */
function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** { shape, data }: an array of numbers, or of rows of numbers. */
function decode({ shape, data }) {
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const numbers = vector(bytes.length / 2, (k) => half(view.getUint16(2 * k, true)));
  const [rows, columns] = shape;
  return shape.length === 1
    ? numbers
    : vector(rows, (k) => numbers.slice(k * columns, (k + 1) * columns));
}
