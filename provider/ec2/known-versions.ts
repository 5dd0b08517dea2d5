/** Versions of launch templates that this process has read. EC2 never changes a version, and never gives its number again. */

/** The newest version, and the one that a rolled-back update returned to. */
const MOST_KEPT = 2;

export class KnownVersions<Version extends { number: number }> {
  private readonly byTemplate = new Map<string, Version[]>();

  find(templateId: string, number: number | undefined): Version | undefined {
    const known = this.byTemplate.get(templateId)?.find((it) => it.number === number);
    // Callers may write into their answer.
    return structuredClone(known);
  }

  keep(templateId: string, version: Version): void {
    const others = (this.byTemplate.get(templateId) ?? []).filter((it) => it.number !== version.number);
    this.byTemplate.set(templateId, [structuredClone(version), ...others].slice(0, MOST_KEPT));
  }

  /** A new version was made, which a list of templates may not show yet: the next read asks EC2. */
  forget(templateId: string): void {
    this.byTemplate.delete(templateId);
  }
}
