/** The table of steps. */
import type { Addresses } from "../../ec2/ec2";
import { SETTINGS } from "../record/settings";
import type { Run } from "./run";
import type { Step } from "../planning/step";
import { keepsInstance } from "../situation/strategy";
import * as addresses from "./addresses";
import * as dataVolumes from "./data-volumes";
import { drain } from "./drain";
import * as elasticIp from "./elastic-ip";
import * as handOver from "./hand-over";
import * as imageVolumes from "./image-volumes";
import * as launch from "./launch";
import * as networkInterface from "./network-interface";
import { preflight } from "./preflight";
import { prove } from "./prove";
import { pruneVersions } from "./prune-versions";
import * as record from "./record";
import { retire } from "./retire";
import { replaceRootVolume } from "./root-volume";
import { checkRights } from "./rights";
import * as claims from "./claims";
import * as sharing from "./sharing";
import { exchangeElasticIp } from "./exchange";
import { changeSetting } from "./settings";
import * as starting from "./start";
import * as stopStart from "./stop-start";
import * as tags from "./tags";
import * as volumeAttachment from "./volume-attachment";
import * as volumeCreation from "./volume-creation";

type Of<Kind extends Step["kind"]> = Extract<Step, { kind: Kind }>;

/** How a step is taken, and what it does, as the end of "could not …". Methods: an entry is asked only with a step of its kind. */
interface Entry<S extends Step> {
  take(run: Run, step: S): Promise<void>;
  doing(run: Run, step: S): string;
}

type Steps = { readonly [Kind in Step["kind"]]: Entry<Of<Kind>> };

const eniOf = (run: Run): string => run.networkInterfaceId ?? "its network interface";

const STEPS: Steps = {
  record: { take: record.record, doing: () => "record the managed instance as a launch template" },
  "record-generation": {
    take: (run, step) => record.recordGeneration(run, step.replacesBefore),
    doing: () => "record the new launch specification",
  },
  "prune-versions": {
    take: pruneVersions,
    doing: (run) => `delete old versions of ${run.observed.template?.id ?? "its launch template"}`,
  },
  "delete-record": {
    take: (run, step) => record.deleteRecord(run, step.templateId),
    doing: (_run, step) => `delete the launch template ${step.templateId}`,
  },

  "make-network-interface": {
    take: (run, step) => networkInterface.makeNetworkInterface(run, step.later),
    doing: ({ desired: { privateIp, subnetId } }) =>
      `make the network interface${privateIp === undefined ? "" : ` with ${privateIp}`} in ${subnetId}`,
  },
  "set-security-groups": {
    take: (run, step) => networkInterface.setSecurityGroups(run, step.securityGroupIds),
    doing: (_run, step) => `set the security groups of ${step.networkInterfaceId}`,
  },
  "set-source-dest-check": {
    take: (run, step) => networkInterface.setSourceDestCheck(run, step.enabled),
    doing: (run) => `set the source/destination check of ${eniOf(run)}`,
  },
  "set-public-ip-assignment": {
    take: (run, step) => networkInterface.setPublicIpAssignment(run, step.assignment),
    doing: (run) => `set the public IP assignment of ${eniOf(run)}`,
  },
  "keep-on-termination": {
    take: (run, step) => networkInterface.keepOnTermination(run, step.networkInterfaceId, step.attachmentId),
    doing: (_run, step) => `make ${step.networkInterfaceId} outlive its instance`,
  },
  "assign-private-ips": {
    take: (run, step) => addresses.assignPrivateIps(run, step.wanted, step.instead),
    doing: (run, step) => `put ${wordsFor(step.wanted, "private IPs")} on ${eniOf(run)}`,
  },
  "unassign-private-ips": {
    take: (run, step) => addresses.unassignPrivateIps(run, step.networkInterfaceId, step.addresses),
    doing: (_run, step) => `take ${step.addresses.join(", ")} off ${step.networkInterfaceId}`,
  },
  "take-over-private-ips": {
    take: (run, step) => addresses.takeOverPrivateIps(run, step.from, step.addresses),
    doing: (run, step) => `move ${step.addresses.join(", ")} from ${step.from} to ${eniOf(run)}`,
  },
  "assign-ipv6-addresses": {
    take: (run, step) => addresses.assignIpv6Addresses(run, step.wanted, step.instead),
    doing: (run, step) => `put ${wordsFor(step.wanted, "IPv6 addresses")} on ${eniOf(run)}`,
  },
  "unassign-ipv6-addresses": {
    take: (run, step) => addresses.unassignIpv6Addresses(run, step.networkInterfaceId, step.addresses),
    doing: (_run, step) => `take ${step.addresses.join(", ")} off ${step.networkInterfaceId}`,
  },
  "delete-network-interface": {
    take: (run, step) => networkInterface.deleteNetworkInterface(run, step.networkInterface),
    doing: (_run, step) => `delete the network interface ${step.networkInterface.id}`,
  },

  "allocate-elastic-ip": { take: elasticIp.allocateElasticIp, doing: () => "allocate an Elastic IP" },
  "associate-elastic-ip": {
    take: (run) => elasticIp.associateElasticIp(run),
    doing: (run) => `put the Elastic IP on ${eniOf(run)}`,
  },
  "disassociate-elastic-ip": {
    take: (run, step) => elasticIp.disassociateElasticIp(run, step.elasticIp),
    doing: (_run, step) => `take the Elastic IP ${step.elasticIp.publicIp} off`,
  },
  "release-elastic-ip": {
    take: (run, step) => elasticIp.releaseElasticIp(run, step.elasticIp),
    doing: (_run, step) => `release the Elastic IP ${step.elasticIp.publicIp}`,
  },

  preflight: {
    take: (run, step) => preflight(run, step.instance, step.path),
    doing: (_run, step) => `${keepsInstance(step.path) ? "change" : "replace"} ${step.instance.id}`,
  },
  "check-rights": {
    take: (run, step) => checkRights(run, step.steps),
    doing: () => "begin a change that these credentials may not finish",
  },
  drain: { take: (run, step) => drain(run, step.instance), doing: (_run, step) => `drain ${step.instance.id}` },
  retire: { take: (run, step) => retire(run, step.instance), doing: (_run, step) => `retire ${step.instance.id}` },
  launch: {
    take: (run) => launch.launch(run),
    doing: (run) => `launch ${typeOf(run)} on ${eniOf(run)}`,
  },
  "launch-beside": {
    take: handOver.launchBeside,
    doing: (run) => `launch ${typeOf(run)} to hand ${eniOf(run)} over to`,
  },
  prove: {
    take: (run, step) => prove(run, step.instance),
    doing: (_run, step) => `see ${step.instance.id} work`,
  },
  "prove-candidate": {
    take: (run, step) => handOver.proveCandidate(run, step.instance),
    doing: (_run, step) => `bring up ${step.instance.id}`,
  },
  "detach-network-interface": {
    take: (run, step) => handOver.detachFrom(run, step.instance),
    doing: (run, step) => `detach ${eniOf(run)} from ${step.instance.id}`,
  },
  "attach-network-interface": {
    take: handOver.attachToCandidate,
    doing: (run) => `attach ${eniOf(run)} to the new instance`,
  },
  "replace-root-volume": {
    take: (run, step) => replaceRootVolume(run, step.instance),
    doing: (_run, step) => `replace the root volume of ${step.instance.id}`,
  },
  "change-stopped": {
    take: (run, step) => stopStart.changeStopped(run, step.instance, step.parts),
    doing: (run, step) => `stop ${step.instance.id} and start it as ${run.desired.instanceType}`,
  },
  "await-running": {
    take: (run, step) => starting.finishStart(run, step.instance),
    doing: (_run, step) => `start ${step.instance.id}`,
  },
  start: {
    take: (run, step) => stopStart.start(run, step.instance),
    doing: (_run, step) => `start ${step.instance.id}`,
  },
  stop: { take: (run, step) => stopStart.stop(run, step.instance), doing: (_run, step) => `stop ${step.instance.id}` },
  "change-setting": {
    take: (run, step) => changeSetting(run, step.setting, step.instanceId),
    doing: (_run, step) => `${SETTINGS[step.setting].doing} ${step.instanceId}`,
  },

  "make-volume": {
    take: (run, step) => volumeCreation.makeVolume(run, step.name),
    doing: (_run, step) => `make the data volume ${step.name}`,
  },
  "modify-volume": {
    take: (run, step) => dataVolumes.modifyVolume(run, step.volume, step.shape),
    doing: (_run, step) => `modify ${step.volume.id}`,
  },
  "keep-volume-on-termination": {
    take: (run, step) => dataVolumes.keepVolumeOnTermination(run, step.volume),
    doing: (_run, step) => `make ${step.volume.id} outlive its instance`,
  },
  "end-volume-with-instance": {
    take: (run, step) => imageVolumes.endWithInstance(run, step.volume),
    doing: (_run, step) => `make ${step.volume.id} end with its instance`,
  },
  "detach-volume": {
    take: (run, step) => volumeAttachment.detachVolume(run, step.volume),
    doing: (_run, step) => `detach ${step.volume.id}`,
  },
  "attach-volumes": { take: (run) => volumeAttachment.attachVolumes(run), doing: () => "attach the data volumes" },
  "delete-volume": {
    take: (run, step) => dataVolumes.deleteVolume(run, step.volume),
    doing: (_run, step) => `delete ${step.volume.id}`,
  },

  "await-let-go": {
    take: (run, step) => sharing.awaitLetGo(run, step.things, step.isFirst),
    doing: (_run, step) => `take over ${step.things.map(sharing.fromWhom).join(" and ")}`,
  },
  "claim-given": {
    take: (run, step) => claims.claimGiven(run, step.claims, step.isNew),
    doing: (_run, step) => `mark ${step.claims.map((it) => it.words).join(" and ")}`,
  },
  "end-claims": {
    take: (run, step) => claims.endClaims(run, step.claims),
    doing: (_run, step) => `take the claim off ${step.claims.map((it) => it.id).join(", ")}`,
  },
  "exchange-elastic-ip": {
    take: (run, step) => exchangeElasticIp(run, step.thing, step.held),
    doing: (_run, step) => `take over ${sharing.fromWhom(step.thing)}`,
  },

  tag: {
    take: (run, step) => tags.tag(run, step.resourceIds, step.set, step.remove),
    doing: (_run, step) => `tag ${step.resourceIds.join(", ")}`,
  },
  retain: { take: tags.retain, doing: (_run, step) => `leave ${step.resourceId} behind` },
  "give-back": {
    take: (run, step) => tags.giveBack(run, step.resourceId, step.what, step.remove),
    doing: (_run, step) => `give ${step.resourceId} back`,
  },
};

/** While one is being launched that one, which need not be the one that is wanted. */
function typeOf({ offered, desired }: Run): string {
  return offered ?? desired.instanceType;
}

function wordsFor(wanted: Addresses, what: string): string {
  return "count" in wanted ? `${wanted.count} more ${what}` : wanted.addresses.join(", ");
}

export function entryOf(step: Step): Entry<Step> {
  return STEPS[step.kind];
}
