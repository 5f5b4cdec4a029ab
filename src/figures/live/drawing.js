// Elements, and numbers as the page writes them.

const signed = (value) => value.toFixed(2).replace(/^-0\.00$/, "0.00").replace("-", "−");
const short = (value) => String(+value.toFixed(4)).replace("-", "−");

function node(namespace, name, attributes, text) {
  const made = document.createElementNS(`http://www.w3.org/${namespace}`, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}
const svg = (name, attributes, text = "") => node("2000/svg", name, attributes, text);
const html = (name, attributes, text = "") => node("1999/xhtml", name, attributes, text);
