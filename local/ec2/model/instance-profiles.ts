import { Ec2Error, invalidValue } from "./errors";
import type { Instance, InstanceProfile, ProfileAssociation } from "./state";
import type { World } from "./world";

/** An instance has one profile at most; that it has it is an object with an id of its own. */
function associationOf(world: World, instance: Instance): ProfileAssociation | undefined {
  return world.account.profileAssociations.find("instance-id", [instance.instanceId])[0];
}

export function findAssociation(world: World, associationId: string): ProfileAssociation {
  if (!/^iip-assoc-[0-9a-f]+$/.test(associationId)) {
    // aws-cli#2570
    throw invalidValue(`Invalid value for associationId: ${associationId}`);
  }
  const association = world.account.profileAssociations.get(associationId);
  if (association !== undefined) return association;
  throw new Ec2Error("NoSuchAssociation", `An invalid association-id of '${associationId}' was given`);
}

export function checkProfileFree(world: World, instance: Instance): void {
  if (instance.state !== "running" && instance.state !== "stopped") {
    throw new Ec2Error(
      "IncorrectInstanceState",
      `The instance '${instance.instanceId}' is not in the 'running' or 'stopped' state.`,
    );
  }
  if (associationOf(world, instance) === undefined) return;
  throw new Ec2Error("IncorrectState", `There is an existing association for instance ${instance.instanceId}`);
}

export function associateProfile(world: World, instance: Instance, profile: InstanceProfile): ProfileAssociation {
  const association: ProfileAssociation = {
    associationId: world.newId("iip-assoc"),
    instanceId: instance.instanceId,
    arn: profile.arn,
    id: profile.id,
    timestamp: world.now,
  };
  world.account.profileAssociations.set(association.associationId, association);
  instance.iamInstanceProfile = { arn: profile.arn, id: profile.id };
  return association;
}

export function disassociateProfile(world: World, association: ProfileAssociation): void {
  world.account.profileAssociations.delete(association.associationId);
  const instance = world.account.instances.get(association.instanceId);
  if (instance !== undefined) delete instance.iamInstanceProfile;
}

export function replaceProfile(
  world: World,
  association: ProfileAssociation,
  profile: InstanceProfile,
): ProfileAssociation {
  const instance = world.account.instances.get(association.instanceId);
  if (instance === undefined) throw new Error(`${association.associationId} outlived its instance`);
  checkReplaceable(instance);
  disassociateProfile(world, association);
  return associateProfile(world, instance, profile);
}

/** Refuses to replace the profile of an instance that is not running: it can only be taken off and put on (aws-cli#5251). */
function checkReplaceable({ instanceId, state }: Instance): void {
  if (state === "running") return;
  throw new Ec2Error("IncorrectState", `The instance ${instanceId} is ${state}: its association cannot be replaced.`);
}

/** With the end of an instance its association ends too. */
export function endProfile(world: World, instance: Instance): void {
  const association = associationOf(world, instance);
  if (association !== undefined) world.account.profileAssociations.delete(association.associationId);
}
