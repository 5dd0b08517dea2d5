/** The controller's args with their defaults, or every reason why not, each as a sentence. (pure) */
import type { ManagedInstanceControllerArgs } from "./args";

export type CheckedArgs = ManagedInstanceControllerArgs &
  Required<
    Pick<ManagedInstanceControllerArgs, "tickMinutes" | "logRetentionDays" | "memoryMb" | "runtime" | "maxConcurrency">
  >;

/** `nodejs24.x` is the newest Node.js runtime that AWS lists; AWS deprecates it on 30 April 2028 (Lambda guide, "Lambda runtimes"). */
const DEFAULTS = {
  tickMinutes: 1,
  logRetentionDays: 30,
  memoryMb: 256,
  runtime: "nodejs24.x",
  maxConcurrency: 20,
} as const;

/** The function's bundle is built for this version of Node.js (scripts/bundle.mjs). */
const OLDEST_NODE = 22;

/** CloudWatch's own list (PutRetentionPolicy). */
const RETENTIONS = [
  0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The first and last value of each; EC2's, Lambda's and SQS's limits. */
const RANGES = {
  tickMinutes: [1, 15],
  memoryMb: [128, 10_240],
  maxConcurrency: [2, 1000],
  reservedConcurrency: [2, 10_000],
} as const;

const KNOWN: Readonly<Record<keyof ManagedInstanceControllerArgs, true>> = {
  tickMinutes: true,
  logRetentionDays: true,
  alarmActions: true,
  memoryMb: true,
  runtime: true,
  maxConcurrency: true,
  reservedConcurrency: true,
  instanceRoleArns: true,
  tags: true,
};

/** @throws Error with all problems */
export function checkedArgs(name: string, args: ManagedInstanceControllerArgs): CheckedArgs {
  const given = Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
  const checked = { ...DEFAULTS, ...given } as CheckedArgs;
  const problems = [...problemsOfName(name), ...problemsOf(checked)];
  if (problems.length > 0) {
    throw new Error(`ManagedInstanceController ${JSON.stringify(name)}: ${problems.join("; ")}`);
  }
  return checked;
}

/** Problems of the name, which the queue, the function and the rules get. */
function problemsOfName(name: string): string[] {
  return /^[A-Za-z0-9_-]{1,40}$/.test(name)
    ? []
    : ["the name must be at most 40 letters, digits, hyphens and underscores: queue, function and rules get it"];
}

function problemsOf(args: CheckedArgs): string[] {
  const { maxConcurrency, reservedConcurrency, logRetentionDays } = args;
  return [
    ...Object.keys(args)
      .filter((it) => !Object.hasOwn(KNOWN, it))
      .map((it) => `there is no ${it}; there is ${Object.keys(KNOWN).join(", ")}`),
    ...(Object.keys(RANGES) as (keyof typeof RANGES)[]).flatMap((it) => problemOfNumber(it, args[it])),
    ...problemsOfRuntime(args.runtime),
    ...(RETENTIONS.includes(logRetentionDays)
      ? []
      : [`logRetentionDays must be one of ${RETENTIONS.join(", ")}, not ${String(logRetentionDays)}`]),
    ...(reservedConcurrency !== undefined && reservedConcurrency < maxConcurrency
      ? [
          `reservedConcurrency (${reservedConcurrency}) must be at least maxConcurrency (${maxConcurrency}), or messages would be turned away`,
        ]
      : []),
    ...problemsOfArns("alarmActions", args.alarmActions),
    ...problemsOfArns("instanceRoleArns", args.instanceRoleArns),
  ];
}

/** Problems of the runtime. The form is checked and not AWS's list, which grows. */
function problemsOfRuntime(runtime: unknown): string[] {
  const [, major] = /^nodejs(\d+)\.x$/.exec(String(runtime)) ?? [];
  return Number(major) >= OLDEST_NODE
    ? []
    : [
        `runtime must be nodejs${OLDEST_NODE}.x or a newer Node.js runtime of Lambda, such as ${DEFAULTS.runtime}, not ${JSON.stringify(runtime)}`,
      ];
}

function problemOfNumber(field: keyof typeof RANGES, value: unknown): string[] {
  const [first, last] = RANGES[field];
  const isFine = Number.isInteger(value) && (value as number) >= first && (value as number) <= last;
  return value === undefined || isFine
    ? []
    : [`${field} must be a whole number from ${first} to ${last}, not ${JSON.stringify(value)}`];
}

/** Problems of ARNs. AWS checks the ones that are known only at deployment. */
function problemsOfArns(field: "alarmActions" | "instanceRoleArns", value: unknown): string[] {
  if (typeof value === "string" || (Array.isArray(value) && value.some((it) => it === undefined || it === null))) {
    return [`${field} must be a list of ARNs`];
  }
  return (Array.isArray(value) ? value : [])
    .filter((it): it is string => typeof it === "string" && !/^arn:[a-z-]+:[a-z0-9-]+:/.test(it))
    .map(
      (it) =>
        `${field} must be a list of ARNs, such as arn:aws:sns:us-east-1:123456789012:alarms, not ${JSON.stringify(it)}`,
    );
}
