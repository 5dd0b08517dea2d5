/** Whether an action's name fits a name or a pattern with `*`, as IAM has them: without regard to case. */
export function fits(pattern: string, name: string): boolean {
  if (!pattern.includes("*")) return pattern.toLowerCase() === name.toLowerCase();
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[^\w:-]/g, "\\$&"))
    .join(".*");
  return new RegExp(`^${source}$`, "i").test(name);
}
