/** Start-up: what the package costs a program before it does anything, and the provider process before its first call. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Goal, Mode, Picture, Section, Table } from "../section";
import { median } from "./median";
import { type Loaded, loadIn, type ProviderStart, startProvider } from "./processes";
import { sizeOfSerialized } from "./serialized";

const ROOT = join(__dirname, "..", "..");
const MIB = 2 ** 20;

interface Installed {
  packages: number;
  mib: number;
}

export interface StartupData {
  mode: Mode;
  /** @pulumi/pulumi alone, and with the package. */
  pulumi: Loaded;
  program: Loaded;
  /** The provider's own code, and that with the AWS SDK, loaded in a process by itself. */
  provider: Loaded;
  sdk: Loaded;
  process: ProviderStart;
  serializedBytes: number;
  packed: { files: number; kib: number };
  /** With what it needs at run time; absent in the quick mode. */
  installed?: Installed;
}

const RUNS: Readonly<Record<Mode, number>> = { full: 3, quick: 1 };
const MOST_IMPORT_MS = 20;

async function timesOf<T>(count: number, measure: () => T | Promise<T>): Promise<T[]> {
  const found: T[] = [];
  for (let run = 0; run < count; run++) {
    found.push(await measure());
  }
  return found;
}

async function loaded(runs: number, modules: string[], isWarmedBy: string[] = []): Promise<Loaded> {
  const all = await timesOf(runs, () => loadIn(ROOT, modules, isWarmedBy));
  const [first] = all;
  return {
    ms: median(all.map((it) => it.ms)),
    mib: median(all.map((it) => it.mib)),
    modules: first?.modules ?? 0,
    awsModules: first?.awsModules ?? 0,
  };
}

async function providerStart(runs: number): Promise<ProviderStart> {
  const all = await timesOf(runs, () => startProvider());
  const of = (name: keyof ProviderStart): number => median(all.map((it) => it[name]));
  return { listeningMs: of("listeningMs"), noChangeMs: of("noChangeMs"), ec2CallMs: of("ec2CallMs") };
}

interface Packed {
  filename: string;
  size: number;
  files: unknown[];
}

function npm(args: string[], cwd: string): string {
  return execFileSync("npm", args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
}

function pack(args: string[]): Packed {
  const packed = JSON.parse(npm(["pack", "--json", "--ignore-scripts", ...args], ROOT)) as
    Packed[] | Record<string, Packed>;
  const [first] = Object.values(packed);
  if (first === undefined) {
    throw new Error("npm pack made nothing");
  }
  return first;
}

/** The package as a user gets it, without Pulumi, which the user has. */
function install(): Installed {
  const folder = mkdtempSync(join(tmpdir(), "managed-instance-install-"));
  try {
    const { filename } = pack(["--pack-destination", folder]);
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "program", private: true }));
    cpSync(join(ROOT, ".npmrc"), join(folder, ".npmrc"));
    const quiet = ["--no-audit", "--no-fund", "--ignore-scripts"];
    npm(["install", "--omit=dev", "--omit=peer", "--legacy-peer-deps", ...quiet, `./${filename}`], folder);
    return { packages: packagesIn(join(folder, "node_modules")), mib: bytesIn(join(folder, "node_modules")) / MIB };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function packagesIn(modules: string): number {
  const lock = JSON.parse(readFileSync(join(modules, ".package-lock.json"), "utf8")) as { packages: object };
  return Object.keys(lock.packages).length;
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((it) => it.isFile())
    .reduce((sum, it) => sum + statSync(join(it.parentPath, it.name)).size, 0);
}

async function measure(mode: Mode, say: (line: string) => void): Promise<StartupData> {
  const runs = RUNS[mode];
  const packed = pack(["--dry-run"]);
  const data: StartupData = {
    mode,
    pulumi: await loaded(runs, ["@pulumi/pulumi"]),
    program: await loaded(runs, ["pulumi-managed-instance"], ["@pulumi/pulumi"]),
    provider: await loaded(runs, ["pulumi-managed-instance/provider"]),
    sdk: await loaded(runs, ["@aws-sdk/client-ec2"]),
    process: await providerStart(runs),
    serializedBytes: await sizeOfSerialized(),
    packed: { files: packed.files.length, kib: packed.size / 1024 },
  };
  say("loading and start measured");
  return mode === "full" ? { ...data, installed: install() } : data;
}

function goals({ program, provider }: StartupData): Goal[] {
  return [
    {
      what: "modules of the AWS SDK that importing the package loads into a program",
      wanted: "0",
      measured: String(program.awsModules),
      isMet: program.awsModules === 0,
      failsRun: true,
    },
    {
      what: "modules of the AWS SDK that the provider process loads before its first EC2 call",
      wanted: "0",
      measured: String(provider.awsModules),
      isMet: provider.awsModules === 0,
      failsRun: true,
    },
    {
      what: "importing the package, over importing @pulumi/pulumi",
      wanted: `under ${MOST_IMPORT_MS} ms`,
      measured: `${program.ms.toFixed(1)} ms`,
      isMet: program.ms < MOST_IMPORT_MS,
      failsRun: false,
    },
  ];
}

function tables({ pulumi, program, provider, sdk, process: start, ...sizes }: StartupData): Table[] {
  const row = (what: string, { ms, mib, modules }: Loaded): string[] => [
    what,
    `${ms.toFixed(1)} ms`,
    `${mib.toFixed(1)} MiB`,
    String(modules),
  ];
  const { installed } = sizes;
  return [
    {
      title: "Cost of loading each module",
      head: ["", "time", "memory", "modules"],
      rows: [
        row("`@pulumi/pulumi`, which every program loads", pulumi),
        row("`pulumi-managed-instance` on top of it", program),
        row("`pulumi-managed-instance/provider`, in the provider process", provider),
        row("`@aws-sdk/client-ec2`, there, with the first EC2 call", sdk),
      ],
      notes: ["Medians, each in a process of its own."],
    },
    {
      title: "The provider process",
      head: ["from its start until", "time"],
      rows: [
        ["it listens, which is Pulumi's part", `${start.listeningMs.toFixed(0)} ms`],
        ["it has answered for a machine of which nothing changed", `${start.noChangeMs.toFixed(0)} ms`],
        ["the first call arrives at EC2, for a machine to be made", `${start.ec2CallMs.toFixed(0)} ms`],
      ],
    },
    {
      title: "Sizes",
      head: ["", ""],
      rows: [
        ["the provider in each resource's state", `${sizes.serializedBytes} bytes`],
        ["the package, packed", `${sizes.packed.kib.toFixed(0)} KiB, ${sizes.packed.files} files`],
        ...(installed === undefined
          ? []
          : [
              [
                "installed with what it needs, without Pulumi",
                `${installed.mib.toFixed(1)} MiB, ${installed.packages} packages`,
              ],
            ]),
      ],
    },
  ];
}

function pictures({ pulumi, program, provider, sdk }: StartupData): Picture[] {
  const bar = (what: string, where: string, { ms }: Loaded): object => ({ what, where, ms });
  return [
    {
      name: "startup",
      title: "How long it takes to load what a program and the provider process load",
      spec: {
        $schema: "https://vega.github.io/schema/vega-lite/v6.json",
        data: {
          values: [
            bar("@pulumi/pulumi", "program", pulumi),
            bar("pulumi-managed-instance", "program", program),
            bar("pulumi-managed-instance/provider", "provider process", provider),
            bar("@aws-sdk/client-ec2, at the first call", "provider process", sdk),
          ],
        },
        width: 420,
        mark: "bar",
        encoding: {
          y: { field: "what", type: "nominal", title: null, sort: null, axis: { labelLimit: 300 } },
          x: { field: "ms", type: "quantitative", title: "milliseconds" },
          color: { field: "where", type: "nominal", title: null },
        },
      },
    },
  ];
}

export const startup: Section<StartupData> = {
  name: "startup",
  title: "Start-up",
  measure,
  goals,
  tables,
  pictures,
  felt: ({ program, pulumi }) =>
    `Importing the package takes a program ${program.ms.toFixed(1)} ms, beside the ${pulumi.ms.toFixed(0)} of Pulumi itself.`,
};
