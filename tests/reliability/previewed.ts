/** (j) What a preview says, and the outputs that it shows as known, come true in the `up` that follows with nothing between. */
import assert from "node:assert/strict";
import { TAG } from "../../provider/ec2/tags";
import { INPUT_NAMES } from "../../provider/inputs/table";
import { goingOn } from "../provider/kills";
import { OUTPUT_NAMES, type Stack } from "../provider/support";
import { made, type Made, ownedBy } from "../provider/world";
import type { Properties } from "./purpose";

export interface Previewed {
  failures: readonly { reason: string }[];
  /** The checked inputs: those among them that are outputs too are shown as known. */
  inputs: Properties;
  /** The line about the machine; absent where nothing is to be done, or where the last run failed and the engine asks no more. */
  line?: string;
  before: Made;
  recorded: Stack["recorded"];
  /** Else the engine shows the outputs on record. */
  isUpdate: boolean;
}

export async function previewOf(owner: Stack, program: Properties): Promise<Previewed> {
  const stack = goingOn(owner);
  const { recorded } = owner;
  const { failures, inputs, changes } = await stack.preview(program);
  const isUpdate = recorded !== undefined && (changes || recorded.failed);
  const isSaid = failures.length === 0 && isUpdate && changes;
  return { failures, inputs, line: isSaid ? stack.lines.at(-1) : undefined, before: made(owner), recorded, isUpdate };
}

/** Every output that is there of a machine that is up. */
const OUTPUTS = [...OUTPUT_NAMES, "secondaryPrivateIps", "dataVolumeIds"] as const;

/**
 * @param calls what the `up` called that changed something
 * @param failure what it ended with, if it failed
 */
export function cameTrue(said: Previewed, owner: Stack, calls: readonly string[], failure: unknown): void {
  const { line, inputs, recorded } = said;
  if (line?.includes("until then `pulumi up` changes nothing") === true) {
    assert.ok(failure !== undefined && calls.length === 0, `refused as the preview says: ${line}`);
  }
  // A failure is of something that nobody can know before, as that there is no capacity.
  if (failure !== undefined || wasInterrupted(said.before, made(owner))) {
    return;
  }
  const context = `${line ?? "(nothing)"}\n${calls.join(" ")}`;
  const shown = OUTPUTS.filter(
    (name) => name in inputs && said.isUpdate && !isTakenForAnother(said) && !isTakenBack(said),
  );
  assert.deepEqual(picked(owner.outputs, shown), picked(inputs, shown), `the outputs that were shown: ${context}`);
  if (line === undefined || recorded === undefined) {
    return;
  }
  const [before, after] = [ofMachine(said.before, recorded), ofMachine(made(owner), owner.recorded)];
  const [was, is] = [holdings(notEndingByThemselves(before)), holdings(after)];
  assert.deepEqual(endedIn(line), goneFrom(alive(before), alive(after)), `the instances that end: ${context}`);
  givesUp(line, { was, is }, context);
  assert.deepEqual(volumesIn(line), volumesGone(before, after, made(owner)), `the volumes that go: ${context}`);
  takesPath(line, calls, context);
}

/** Whether AWS took an instance back meanwhile, of which it had given notice. */
function wasInterrupted(before: Made, after: Made): boolean {
  const noticed = before.instances.filter((it) => it.interruption !== undefined);
  const left = alive(after);
  return noticed.some((it) => !left.includes(it.instanceId));
}

/**
 * `check` gets no id, and in the first preview after a create nothing but the URN leads to the machine. Where somebody deleted its record,
 * that of another state's machine is found in its place (docs/decisions/0062-a-preview-is-the-plan-told.md).
 */
function isTakenForAnother({ inputs, before, recorded }: Previewed): boolean {
  const found = before.templates.find((it) => it.launchTemplateId === inputs.launchTemplateId);
  return found !== undefined && found.launchTemplateName !== recorded?.id;
}

/** After an `up` that failed, `check` gets the inputs from before it. Of a program that is taken back to them it shows what lasted then. */
function isTakenBack({ inputs, recorded }: Previewed): boolean {
  const isSame = (name: string): boolean => JSON.stringify(inputs[name]) === JSON.stringify(recorded?.inputs[name]);
  return recorded?.failed === true && INPUT_NAMES.every(isSame);
}

function picked(from: Properties, names: readonly string[]): Properties {
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}

/** Things that carry the machine's id or, where somebody took the tags off, are on record. */
function ofMachine(now: Made, recorded: Stack["recorded"]): Made {
  const { id, outputs = {} } = recorded ?? {};
  const { networkInterfaceId, allocationId, instanceId } = outputs;
  const stripped = <T extends { tags: Readonly<Record<string, string>> }>(list: T[], isIt: (it: T) => boolean): T[] =>
    list.filter((it) => isIt(it) && it.tags[TAG.id] === undefined && it.tags[TAG.retained] === undefined);
  const own = ownedBy(now, id);
  return {
    ...own,
    networkInterfaces: [
      ...own.networkInterfaces,
      ...stripped(now.networkInterfaces, (it) => it.networkInterfaceId === networkInterfaceId),
    ],
    elasticIps: [...own.elasticIps, ...stripped(now.elasticIps, (it) => it.allocationId === allocationId)],
    instances: [...own.instances, ...stripped(now.instances, (it) => it.instanceId === instanceId)],
  };
}

function alive({ instances }: Made): string[] {
  return instances.filter((it) => it.state !== "shutting-down").map((it) => it.instanceId);
}

function goneFrom(before: readonly string[], after: readonly string[]): string[] {
  return before.filter((it) => !after.includes(it)).sort();
}

interface Holdings {
  /** Ids of interfaces and Elastic IPs. */
  ids: string[];
  addresses: string[];
}

function holdings({ networkInterfaces, elasticIps }: Made): Holdings {
  return {
    ids: networkInterfaces.map((it) => it.networkInterfaceId),
    addresses: [
      ...networkInterfaces.flatMap((it) => it.privateAddresses.map(({ address }) => address)),
      ...elasticIps.map((it) => it.publicIp),
    ],
  };
}

/** An interface that somebody set to end with an instance that ends already goes by EC2's own hand, unless the `up` comes first. */
function notEndingByThemselves(before: Made): Made {
  const ending = before.instances.filter((it) => it.state === "shutting-down").map((it) => it.instanceId);
  const networkInterfaces = before.networkInterfaces.filter(
    ({ attachment }) => attachment?.deleteOnTermination !== true || !ending.includes(attachment.instanceId),
  );
  return { ...before, networkInterfaces };
}

function listAfter(line: string, words: RegExp): string[] {
  return [...line.matchAll(words)].flatMap(([, list = ""]) => list.split(", "));
}

function endedIn(line: string): string[] {
  const ways = [/replaces (i-\w+) \(/g, /pauses (i-\w+) \(.*?\), ends it/g, /also ends ([^;]*)/g];
  return ways.flatMap((it) => listAfter(line, it)).sort();
}

/** An address that goes may by chance be the one that EC2 gives to the next interface. */
function givesUp(line: string, { was, is }: { was: Holdings; is: Holdings }, context: string): void {
  const said = listAfter(line, /; gives up ([^;]*)/g).map((it) => it.replace(" (released for good)", ""));
  const [ids, addresses] = [said.filter((it) => it.startsWith("eni-")), said.filter((it) => !it.startsWith("eni-"))];
  assert.deepEqual(ids.sort(), goneFrom(was.ids, is.ids), `the interfaces that go: ${context}`);
  const gone = goneFrom(was.addresses, is.addresses);
  assert.deepEqual(
    gone.filter((it) => !addresses.includes(it)),
    [],
    `no other address goes: ${context}`,
  );
  const isNew = is.ids.some((it) => !was.ids.includes(it));
  assert.deepEqual(isNew ? [] : addresses.filter((it) => !gone.includes(it)), [], `these addresses go: ${context}`);
}

function volumesIn(line: string): string[] {
  return [...line.matchAll(/(deletes|detaches and keeps) the data volume \S* \((vol-\w+)\)/g)]
    .map(([, verb = "", id = ""]) => `${verb} ${id}`)
    .sort();
}

function volumesGone(before: Made, after: Made, all: Made): string[] {
  const own = ({ volumes }: Made): string[] => volumes.filter((it) => TAG.volume in it.tags).map((it) => it.volumeId);
  const isThere = (id: string): boolean => all.volumes.some((it) => it.volumeId === id);
  return goneFrom(own(before), own(after))
    .map((id) => `${isThere(id) ? "detaches and keeps" : "deletes"} ${id}`)
    .sort();
}

/** The call without which a path is not that one, and the calls that it makes none of. */
const PATHS: Readonly<Record<string, [has: readonly string[], hasNot: readonly string[]]>> = {
  "terminate-first": [
    ["TerminateInstances", "RunInstances"],
    ["AttachNetworkInterface", "CreateReplaceRootVolumeTask"],
  ],
  overlap: [["AttachNetworkInterface"], ["CreateReplaceRootVolumeTask"]],
  "root-volume": [["CreateReplaceRootVolumeTask"], ["RunInstances", "TerminateInstances"]],
  "stop-start": [["StartInstances"], ["RunInstances", "TerminateInstances", "CreateReplaceRootVolumeTask"]],
  launches: [["RunInstances"], ["CreateReplaceRootVolumeTask"]],
  starts: [["StartInstances"], ["RunInstances"]],
  attaches: [["AttachNetworkInterface"], ["RunInstances"]],
  "keeps running": [[], ["RunInstances", "StopInstances", "StartInstances", "CreateReplaceRootVolumeTask"]],
  "stays paused": [[], ["RunInstances", "StopInstances", "StartInstances", "TerminateInstances"]],
  // An instance that somebody is stopping is waited for.
  stops: [[], ["RunInstances", "StartInstances", "TerminateInstances"]],
  ends: [["TerminateInstances"], ["RunInstances", "StartInstances"]],
};

function pathIn(line: string): string | undefined {
  const found =
    /(?:replaces|changes) i-\w+ \(.*?\), (terminate-first|overlap|root-volume|stop-start), about/.exec(line) ??
    /pauses i-\w+ \(.*?\), (stops|ends) it/.exec(line) ??
    /: (launches) an instance \(/.exec(line) ??
    /: (attaches) eni-/.exec(line) ??
    /; (starts) i-/.exec(line) ??
    /; i-\w+ (keeps running)/.exec(line) ??
    /; (stays paused)/.exec(line);
  return found?.[1];
}

function takesPath(line: string, calls: readonly string[], context: string): void {
  const path = pathIn(line);
  if (path === undefined) {
    assert.match(line, /goes on with what the last run began|is now /, `a path is said: ${context}`);
    return;
  }
  const [has, hasNot] = PATHS[path] ?? assert.fail(path);
  assert.deepEqual(
    [has.filter((it) => !calls.includes(it)), hasNot.filter((it) => calls.includes(it))],
    [[], []],
    `${path} is what is done: ${context}`,
  );
}
