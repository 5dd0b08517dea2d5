/** Pictures as SVG: Vega draws without a browser and without a native canvas, the same text each time. */
import type { Picture } from "./section";

/** A ground of its own, so that it can be read on a dark page too. */
const STYLE = {
  $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  background: "white",
  padding: 12,
};
const CONFIG = {
  // In an image nobody hears it; the page's text says what the picture shows.
  aria: false,
  font: "sans-serif",
  axis: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" },
  legend: { labelFontSize: 12, titleFontSize: 12, titleFontWeight: "normal" },
  title: { fontSize: 14, fontWeight: "normal", anchor: "start" },
} as const;

/** Vega draws on what has no pixels with thousands of decimals that nobody sees. */
const LONG_NUMBER = /(\d+\.\d{2})\d+/g;

export async function drawn({ spec, title }: Picture): Promise<string> {
  const [vega, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  const full = { title, ...STYLE, ...spec } as unknown as Parameters<typeof compile>[0];
  // Ids count up over all pictures of a process.
  vega.resetSVGDefIds();
  const view = new vega.View(vega.parse(compile(full, { config: CONFIG }).spec), { renderer: "none" });
  const svg = await view.toSVG();
  view.finalize();
  return `${svg.replace(LONG_NUMBER, "$1")}\n`;
}
