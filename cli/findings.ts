/** Findings of `doctor` among the things that are marked as a managed instance's. (pure) */
import { isReadable, type Machine, type Reading } from "../controller/record";
import { isOwned, TAG } from "../provider/ec2/tags";
import { isAlive } from "../provider/engine/situation/instances";
import { isBeingDeleted, isOwnedElasticIp } from "../provider/engine/situation/belongings";
import { castOf } from "../provider/engine/situation/cast";
import { outputsOf } from "../provider/engine/situation/outputs";
import { readPhase } from "../provider/engine/record/phase";
import type { ElasticIp, NetworkInterface, Tags, Volume } from "../provider/model/things";
import { called, type Finding, type Marked, problem } from "./finding";
import { ofImages, ofLaunchedVolumes } from "./findings-of-images";

export function findingsIn(marked: Marked): Finding[] {
  return [
    ...marked.readings.flatMap((it) => ofRecord(it, marked.now)),
    ...namesakes(marked),
    ...ofImages(marked),
    ...orphans(marked),
    ...marked.networkInterfaces.flatMap((it) => ofInterface(it, marked)),
    ...marked.elasticIps.flatMap((it) => ofElasticIp(it, marked)),
    ...ofLaunchedVolumes(marked),
  ];
}

/** Age at which an unfinished first `up`, which takes minutes, is a finding. */
const CREATING_MS = 60 * 60_000;

function ofRecord(reading: Reading, now: number): Finding[] {
  if (!isReadable(reading)) {
    return [problem(`${called(reading)} is left alone: ${reading.unreadable}`, "")];
  }
  return [...ofCreation(reading, now), ...ofGivingUp(reading)];
}

function ofCreation(machine: Machine, now: number): Finding[] {
  const { template } = machine;
  const phase = readPhase(template.tags[TAG.phase]);
  if (phase.state === "ready" || now - template.createdAt < CREATING_MS) {
    return [];
  }
  if (phase.by === undefined) {
    const { state, networkInterfaceId } = outputsOf(castOf(machine));
    const isWhole = networkInterfaceId !== "" && (state === "running" || state === "paused");
    return isWhole ? [ofOlderVersion(machine)] : [unfinished(machine, IF_GONE)];
  }
  return [unfinished(machine, `Run it again: it goes on from there. ${IF_GONE}`)];
}

const IF_GONE =
  "If no stack has it, `managed-instance release` gives it up, and `adopt: { managedInstanceId }` takes it over.";

function unfinished(machine: Machine, advice: string): Finding {
  return problem(
    `the first \`up\` of ${called(machine)} began more than an hour ago, and did not get to its end`,
    advice,
  );
}

/** The finding for a machine of an older version, which was marked only by the run after the one that made it. */
function ofOlderVersion(machine: Machine): Finding {
  return {
    kind: "note",
    what: `${called(machine)} was made by an older version, and no run of Pulumi has brought its id back since`,
    advice: `\`pulumi refresh\` marks it as known to its stack. ${IF_GONE}`,
  };
}

/** Machines under one URN: a stack has one of them at most; another backend has the others, or nobody has them. */
function namesakes({ readings }: Marked): Finding[] {
  const byUrn = new Map<string, Reading[]>();
  for (const reading of readings) {
    const urn = reading.template.tags[TAG.urn] ?? reading.id;
    byUrn.set(urn, [...(byUrn.get(urn) ?? []), reading]);
  }
  return [...byUrn.values()]
    .filter((it) => it.length > 1)
    .map((several) => ({
      kind: "note",
      what: `${several.map(called).join(" and ")} are machines of one resource of one project and stack, so at most one of them is in that stack's state`,
      advice: `Another backend may have the others, or a resource replacement under way. ${IF_GONE}`,
    }));
}

function ofGivingUp({ history, ...machine }: Machine): Finding[] {
  const { replacement } = history;
  return replacement?.gaveUp === true
    ? [
        problem(
          `nothing more is tried by itself for ${called(machine)}: ${replacement.inARow} replacements in a row (${replacement.reason}) did not help`,
          `See why its instances fail, then run \`pulumi up\`; \`managed-instance recycle ${machine.id}\` tries again with nothing changed.`,
        ),
      ]
    : [];
}

interface Thing {
  id: string;
  what: string;
  tags: Tags;
  /** The command that removes the thing. */
  end: string;
}

/** Things that carry the id of a machine that has no record. */
function orphans({ readings, networkInterfaces, elasticIps, instances, volumes }: Marked): Finding[] {
  const known = new Set(readings.map((it) => it.id));
  const alive = instances.filter(isAlive);
  // A root volume goes with its instance, which is a finding already.
  const isAlone = ({ attachment, status }: Volume): boolean =>
    !isBeingDeleted({ status }) && !alive.some((it) => it.id === attachment?.instanceId);
  const things: Thing[] = [
    ...alive.map(({ id, tags }) => ({
      id,
      what: "the instance",
      tags,
      end: `terminate-instances --instance-ids ${id}`,
    })),
    ...networkInterfaces.map(({ id, tags, privateIp }) => ({
      id,
      what: `the network interface with ${privateIp}`,
      tags,
      end: `delete-network-interface --network-interface-id ${id}`,
    })),
    ...elasticIps.map(({ allocationId: id, publicIp, tags }) => ({
      id,
      what: `the Elastic IP ${publicIp}, about $3.65 a month,`,
      tags,
      end: `release-address --allocation-id ${id}`,
    })),
    ...volumes
      .filter(isAlone)
      .map(({ id, tags }) => ({ id, what: "the volume", tags, end: `delete-volume --volume-id ${id}` })),
  ];
  return things.filter(({ tags }) => !known.has(tags[TAG.id] ?? "")).map(orphan);
}

function orphan({ id, what, tags, end }: Thing): Finding {
  const owner = tags[TAG.id] ?? "";
  const away = isOwned({ tags })
    ? `\`aws ec2 ${end}\``
    : `\`aws ec2 delete-tags --resources ${id} --tags Key=${TAG.id} Key=${TAG.owned}\`, as it was given`;
  return problem(
    `${id}, ${what} is marked as ${owner}'s, and there is no such record`,
    `If a stack still has ${owner}, \`pulumi refresh\` and \`pulumi up\` put its record back; if none has: ${away}.`,
  );
}

function ofInterface(eni: NetworkInterface, { instances, readings }: Marked): Finding[] {
  const { id, tags, attachment } = eni;
  const machine = readings.find((it) => it.id === tags[TAG.id]);
  if (attachment === undefined || machine === undefined) {
    return [];
  }
  const holder = instances.find((it) => it.id === attachment.instanceId);
  const isForeign = holder?.tags[TAG.id] !== tags[TAG.id];
  const wouldGo = attachment.deleteOnTermination && tags[TAG.kept] !== "false";
  return [
    ...(isForeign
      ? [
          problem(
            `${attachment.instanceId ?? "something that is no instance"} holds ${id} of ${called(machine)}, and is none of its instances`,
            `Detach ${id} there, or end that instance; then \`pulumi up\` puts the machine right.`,
          ),
        ]
      : []),
    ...(wouldGo
      ? [
          problem(
            `${id} of ${called(machine)} would be deleted with ${attachment.instanceId ?? "its holder"}, and ${eni.privateIp} with it`,
            `\`pulumi refresh\` and \`pulumi up\` put it right, or \`aws ec2 modify-network-interface-attribute --network-interface-id ${id} --attachment AttachmentId=${attachment.id},DeleteOnTermination=false\`.`,
          ),
        ]
      : []),
  ];
}

/** The finding for an Elastic IP on nothing. A paused machine whose interface is not kept has one, and is fine. */
function ofElasticIp(eip: ElasticIp, { readings }: Marked): Finding[] {
  const machine = readings.find((it) => it.id === eip.tags[TAG.id]);
  if (machine === undefined || eip.association !== undefined || !isReadable(machine)) {
    return [];
  }
  const { persistPrivateIp, desiredState } = machine.desired;
  const isMeantTo = !persistPrivateIp && desiredState === "paused";
  return isMeantTo || !isOwnedElasticIp(eip)
    ? []
    : [
        problem(
          `the Elastic IP ${eip.publicIp} (${eip.allocationId}) of ${called(machine)} is on no network interface`,
          "`pulumi refresh` and `pulumi up` put it back.",
        ),
      ];
}
