/** One loop over the steps. */
import { explain } from "../ec2/errors";
import { IdTaken } from "./claim";
import type { Step } from "./plan";
import { networkInterfaceOf, ObserveAgain, type Run } from "./run";
import * as elasticIp from "./steps/elastic-ip";
import * as launch from "./steps/launch";
import * as networkInterface from "./steps/network-interface";
import { preflight } from "./steps/preflight";
import * as record from "./steps/record";
import { retire } from "./steps/retire";
import * as settings from "./steps/settings";
import * as tags from "./steps/tags";

/** A step that failed, as a sentence. */
export class StepFailure extends Error {
  override readonly name = "StepFailure";
}

/** The engine is gone; what was begun is finished by the next run. */
export class Abandoned extends Error {
  override readonly name = "Abandoned";
}

export async function apply(steps: Step[], run: Run): Promise<void> {
  for (const step of steps) {
    // A machine that this run took down is brought up again first, heard or unheard.
    if (run.darkSince === undefined && run.isAbandoned()) {
      throw new Abandoned(
        "the Pulumi engine is gone; stopped at a safe point, and the next `pulumi up` goes on from there",
      );
    }
    try {
      await take(step, run);
    } catch (error) {
      if (error instanceof ObserveAgain || error instanceof IdTaken) {
        throw error;
      }
      throw new StepFailure(`could not ${doing(step, run)}: ${explain(error)}`, { cause: error });
    }
  }
}

function take(step: Step, run: Run): Promise<void> {
  switch (step.kind) {
    case "record":
      return record.record(run);
    case "record-generation":
      return record.recordGeneration(run, step.replacesBefore);
    case "delete-record":
      return record.deleteRecord(run, step.templateId);
    case "make-network-interface":
      return networkInterface.makeNetworkInterface(run, step.securityGroupIds);
    case "set-security-groups":
      return networkInterface.setSecurityGroups(run, step.securityGroupIds);
    case "set-source-dest-check":
      return networkInterface.setSourceDestCheck(run, step.enabled);
    case "keep-on-termination":
      return networkInterface.keepOnTermination(run, step.networkInterfaceId, step.attachmentId);
    case "delete-network-interface":
      return networkInterface.deleteNetworkInterface(run, step.networkInterface);
    case "allocate-elastic-ip":
      return elasticIp.allocateElasticIp(run);
    case "associate-elastic-ip":
      return elasticIp.associateElasticIp(run);
    case "disassociate-elastic-ip":
      return elasticIp.disassociateElasticIp(run, step.elasticIp);
    case "release-elastic-ip":
      return elasticIp.releaseElasticIp(run, step.elasticIp);
    default:
      return takeInstanceStep(step, run);
  }
}

type InstanceStep = Extract<
  Step,
  {
    kind:
      | "preflight"
      | "retire"
      | "launch"
      | "await-running"
      | "start"
      | "set-metadata-options"
      | "set-instance-profile"
      | "tag"
      | "retain";
  }
>;

async function takeInstanceStep(step: InstanceStep, run: Run): Promise<void> {
  switch (step.kind) {
    case "preflight":
      return preflight(run, step.instanceId);
    case "retire":
      return retire(run, step.instance);
    case "launch":
      return launch.launch(run);
    case "await-running":
      return launch.finishStart(run, step.instance);
    case "start":
      return launch.start(run, step.instance);
    case "set-metadata-options":
      return settings.setMetadataOptions(run, step.instanceId);
    case "set-instance-profile":
      return settings.setInstanceProfile(run, step.instanceId);
    case "tag":
      return tags.tag(run, step.resourceIds, step.set, step.remove);
    case "retain":
      return tags.retain(run, step.resourceId, step.what);
  }
}

/** What a step does, as the end of "could not …". */
function doing(step: Step, run: Run): string {
  const { desired } = run;
  switch (step.kind) {
    case "record":
      return "record the managed instance as a launch template";
    case "record-generation":
      return "record the new launch specification";
    case "delete-record":
      return `delete the launch template ${step.templateId}`;
    case "make-network-interface":
      return `make the network interface${desired.privateIp === undefined ? "" : ` with ${desired.privateIp}`} in ${desired.subnetId}`;
    case "set-security-groups":
      return `set the security groups of ${step.networkInterfaceId}`;
    case "set-source-dest-check":
      return `set the source/destination check of ${networkInterfaceOf(run).id}`;
    case "keep-on-termination":
      return `make ${step.networkInterfaceId} outlive its instance`;
    case "delete-network-interface":
      return `delete the network interface ${step.networkInterface.id}`;
    case "allocate-elastic-ip":
      return "allocate an Elastic IP";
    case "associate-elastic-ip":
      return `put the Elastic IP on ${networkInterfaceOf(run).id}`;
    case "disassociate-elastic-ip":
      return `take the Elastic IP ${step.elasticIp.publicIp} off`;
    case "release-elastic-ip":
      return `release the Elastic IP ${step.elasticIp.publicIp}`;
    default:
      return doingWithInstance(step, run);
  }
}

function doingWithInstance(step: InstanceStep, run: Run): string {
  switch (step.kind) {
    case "preflight":
      return `replace ${step.instanceId}`;
    case "retire":
      return `retire ${step.instance.id}`;
    case "launch":
      return `launch ${run.desired.instanceType} on ${networkInterfaceOf(run).id}`;
    case "await-running":
    case "start":
      return `start ${step.instance.id}`;
    case "set-metadata-options":
      return `set the metadata options of ${step.instanceId}`;
    case "set-instance-profile":
      return `set the instance profile of ${step.instanceId}`;
    case "tag":
      return `tag ${step.resourceIds.join(", ")}`;
    case "retain":
      return `leave ${step.resourceId} behind`;
  }
}
