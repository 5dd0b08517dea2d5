/** Tables in pages, between marks: `npm run docs` writes them. */

export function markdownTable(head: string[], rows: string[][]): string {
  return [head, head.map(() => "---"), ...rows].map((it) => `| ${it.join(" | ")} |`).join("\n");
}

/** The page with `content` in place of what stands between the marks of `name`. */
export function withPart(page: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name}: written by npm run docs -->`, `<!-- end of ${name} -->`];
  const [before, after] = [page.indexOf(begin) + begin.length, page.indexOf(end)];
  return `${page.slice(0, before)}\n\n${content}\n\n${page.slice(after)}`;
}
