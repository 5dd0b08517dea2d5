/**
 * Which folder may import which. ESLint's own plugin for imports passes over imports of types (docs/decisions/0059-imports.md).
 */

/** From the lowest: the files of each import from their own folder and from those before it. */
const LAYERS = [
  "provider/kit",
  "provider/model",
  "provider/ec2",
  "provider/engine/record",
  "provider/engine/situation",
  "provider/engine/planning",
  "provider/engine/steps",
  "provider/engine",
  "provider/inputs",
  "provider/preview",
  "provider",
  "controller",
  "cli",
];

/** The files of a folder; those of folders inside it that are layers of their own are not among them. */
const filesOf = (folder) => (LAYERS.some((it) => it.startsWith(`${folder}/`)) ? `^${folder}/[^/]+$` : `^${folder}/`);

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-cycle", severity: "error", from: {}, to: { circular: true } },
    ...LAYERS.slice(0, -1).map((folder, at) => ({
      name: `${folder}-comes-before`,
      severity: "error",
      from: { path: filesOf(folder) },
      to: { path: LAYERS.slice(at + 1).map(filesOf) },
    })),
    {
      name: "product-without-development-tools",
      severity: "error",
      from: { path: "^(sdk|provider|controller|cli)/" },
      to: { path: "^(local|tests|bench|scripts)/" },
    },
    {
      name: "page-with-types-of-the-server-only",
      comment: "The page runs in a browser; how it shows text that others wrote is the same as in a terminal.",
      severity: "error",
      from: { path: "^console/" },
      to: { path: "^(sdk|provider|controller|cli)/", pathNot: "^(cli/console/wire|provider/kit/printable)\\.ts$" },
    },
    {
      name: "page-imports-types-from-the-server",
      severity: "error",
      from: { path: "^console/" },
      to: { path: "^cli/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "nobody-imports-the-page",
      severity: "error",
      from: { path: "^(sdk|provider|controller|cli)/" },
      to: { path: "^console/" },
    },
    {
      name: "no-orphan",
      severity: "error",
      from: {
        orphan: true,
        path: "^(sdk|provider|controller|cli|console|local|bench)/",
        pathNot: "\\.d\\.ts$|/program/",
      },
      to: {},
    },
  ],
  options: {
    // With imports of types.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|node_modules)/" },
  },
};
