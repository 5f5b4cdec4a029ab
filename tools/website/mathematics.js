// Draws formulas with MathJax, so that no reader's browser has to.
// Reads [{tex, display}, ...] as JSON, writes {formulas: [{svg, mathml} or {error}, ...],
// glyphs: {id: path}}: the formulas share their letters' shapes by id.
const [folder] = process.argv.slice(2);

const MathJaxReady = require(`${folder}/node-main.js`).init({
  loader: { load: ["input/tex", "output/svg", "adaptors/liteDOM"] },
  startup: { typeset: false },
  svg: { fontCache: "global" },
  tex: {
    packages: { "[-]": ["noundefined", "noerrors"] },
    formatError: (jax, error) => { throw error; },
  },
});

async function main() {
  const MathJax = await MathJaxReady;
  const adaptor = MathJax.startup.adaptor;
  const formulas = [];
  for (const { tex, display } of JSON.parse(require("fs").readFileSync(0, "utf8"))) {
    try {
      const drawn = await MathJax.tex2svgPromise(tex, { display });
      const mathml = await MathJax.tex2mmlPromise(tex, { display });
      formulas.push({ svg: adaptor.innerHTML(drawn), mathml });
    } catch (error) {
      formulas.push({ error: error.message });
    }
  }
  const cache = adaptor.outerHTML(MathJax.startup.output.fontCache.getCache());
  const paths = cache.matchAll(/<path id="([^"]+)" d="([^"]*)">/g);
  const glyphs = Object.fromEntries([...paths].map(([, id, path]) => [id, path]));
  process.stdout.write(JSON.stringify({ formulas, glyphs }));
}
main();
