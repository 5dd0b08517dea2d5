/** Conditions that must hold before a version is published, checked against what was read. (pure) */

export interface Manifest {
  name: string;
  version: string;
  license?: string;
  repository?: unknown;
  publishConfig?: { provenance?: boolean };
  dependencies?: Readonly<Record<string, string>>;
  devDependencies?: Readonly<Record<string, string>>;
}

export interface Lockfile {
  packages: Readonly<Record<string, { version?: string; integrity?: string; link?: boolean } & Partial<Manifest>>>;
}

/** The packages that a user gets beside Pulumi: each one more is one more to trust. */
const DEPENDENCIES = [
  "@aws-sdk/client-ec2",
  "@bomb.sh/tab",
  "@inquirer/confirm",
  "cli-table3",
  "commander",
  "croner",
  "dataloader",
  "fastest-levenshtein",
];

export function versionFindings({ version }: Manifest, changelog: string): string[] {
  const heading = new RegExp(`^## \\[${version.replaceAll(".", "\\.")}\\] - \\d{4}-\\d{2}-\\d{2}$`, "m");
  return [
    ...(/^\d+\.\d+\.\d+(-[0-9a-z.]+)?$/.test(version) ? [] : [`the version ${version} is not one of semver`]),
    ...(heading.test(changelog) ? [] : [`CHANGELOG.md has no heading "## [${version}] - YYYY-MM-DD"`]),
  ];
}

/** npm makes no statement of provenance without the first two. */
export function packagingFindings({ license, repository, publishConfig }: Manifest): string[] {
  return [
    ...(repository === undefined ? ["package.json has no repository, which the statement of provenance is about"] : []),
    ...(publishConfig?.provenance === true ? [] : ["package.json does not ask for provenance (publishConfig)"]),
    ...(license === undefined ? ["package.json has no license"] : []),
  ];
}

export function lockFindings(manifest: Manifest, { packages }: Lockfile): string[] {
  const root = packages[""];
  const differ = (["version", "dependencies", "devDependencies"] as const).filter(
    (field) => JSON.stringify(root?.[field]) !== JSON.stringify(manifest[field]),
  );
  const unpinned = Object.entries(packages).filter(
    ([path, it]) => path.startsWith("node_modules/") && it.link !== true && it.integrity === undefined,
  );
  const further = Object.keys(manifest.dependencies ?? {}).filter((it) => !DEPENDENCIES.includes(it));
  return [
    ...differ.map((field) => `package-lock.json has another ${field} than package.json`),
    ...unpinned.map(([path]) => `package-lock.json does not pin ${path} by its hash`),
    ...further.map(
      (it) => `${it} is a new dependency of the package; say in scripts/release-findings.ts that it is wanted`,
    ),
  ];
}

/**
 * @param packed the paths in the package
 * @param sources the paths in the repository
 */
export function packFindings(packed: readonly string[], sources: readonly string[]): string[] {
  const sourceOf = (path: string): string => path.replace(/^dist\//, "").replace(/(\.d)?\.[jt]s$/, ".ts");
  const isOurs = (path: string): boolean => /^dist\/(sdk|provider|controller|cli)\/.*\.(js|d\.ts)$/.test(path);
  const wanted = ["package.json", "README.md", "CHANGELOG.md", "LICENSE", "dist/controller/lambda/LICENSES.txt"];
  // The function is one file, with all of it.
  const isBundled = (path: string): boolean => /^controller\/lambda\/(?!index\.ts$)/.test(path);
  const compiled = sources
    .filter((it) => /^(sdk|provider|controller|cli)\/.*\.ts$/.test(it) && !isBundled(it))
    .map((it) => `dist/${it.slice(0, -3)}.js`);
  return [
    ...packed.filter((it) => !isOurs(it) && !wanted.includes(it)).map((it) => `${it} does not belong in the package`),
    ...packed
      .filter((it) => isOurs(it) && !sources.includes(sourceOf(it)))
      .map((it) => `${it} is of no source any more`),
    ...compiled.filter((it) => !packed.includes(it)).map((it) => `${it} is missing in the package`),
  ];
}

/** Reads the answer of `npm audit --json`: findings, or why there can be none. */
export function auditFindings(answer: string): { findings: string[]; why?: string } {
  let report: { metadata?: { vulnerabilities: Record<string, number> }; message?: string };
  try {
    report = JSON.parse(answer) as typeof report;
  } catch {
    return { findings: [], why: "npm audit gave no answer" };
  }
  if (report.metadata === undefined) {
    return { findings: [], why: `the registry does not audit (${report.message ?? "no reason given"})` };
  }
  const { total = 0, info = 0, low = 0 } = report.metadata.vulnerabilities;
  const serious = total - info - low;
  return { findings: serious === 0 ? [] : [`npm audit knows ${serious} vulnerabilities; \`npm audit\` names them`] };
}
