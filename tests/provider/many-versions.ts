/** A launch template record with a long past. */
import { only } from "./world";
import type { Stack } from "./support";

/** Copies of the first version, as so many recycles would have made them; only the first one has its user data. */
export function withVersions({ simulator, recorded }: Pick<Stack, "simulator" | "recorded">, count: number): void {
  const world = simulator.snapshot();
  const template = only(Object.values(world.launchTemplates).filter((it) => it.launchTemplateName === recorded?.id));
  const first = template.versions[0] ?? only(template.versions);
  const { UserData: _, ...data } = first.data;
  template.versions = Array.from({ length: count }, (_it, index) =>
    index === 0
      ? first
      : { ...first, versionNumber: index + 1, description: described(first.description, index + 1), data },
  );
  template.latestVersion = count;
  simulator.restore(world);
}

/** A generation names the number that it was made for. */
function described(first: string | undefined, number: number): string | undefined {
  return first?.replace(/^managed-instance \d+ /, `managed-instance ${number} `);
}
