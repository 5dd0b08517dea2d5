/** Things that AWS and other people do to the machines in a spell. */
import { MINUTE } from "./time";
import { isPaused, type Machine } from "./machine";
import type { Scene } from "./scene";

const isSpot = ({ program }: Machine): boolean =>
  (program.market as { lifecycle?: string } | undefined)?.lifecycle === "spot";

export async function interruptions(scene: Scene): Promise<void> {
  const { account } = scene;
  await scene.repeatedly(7 * MINUTE, () => {
    const { spotRequests } = account.made;
    const found = scene.running((it) => isSpot(it));
    if (found !== undefined && spotRequests.some((it) => it.instanceId === found.instanceId)) {
      try {
        account.simulator.interrupt({ instanceId: found.instanceId });
        scene.causes(found.machine, "interruption");
        account.note(`${found.machine.name}: AWS takes ${found.instanceId} back in two minutes`);
      } catch {
        // It is being taken back already.
      }
    }
  });
}

/** AWS says that it may take an instance back, several times, and does not. */
export async function rebalances(scene: Scene): Promise<void> {
  const { account } = scene;
  await scene.repeatedly(9 * MINUTE, () => {
    const { spotRequests } = account.made;
    const found = scene.running((it) => isSpot(it));
    if (found !== undefined && spotRequests.some((it) => it.instanceId === found.instanceId)) {
      account.simulator.recommendRebalance({ instanceId: found.instanceId });
      account.note(`${found.machine.name}: AWS recommends to rebalance ${found.instanceId}`);
    }
  });
}

export async function stops(scene: Scene): Promise<void> {
  await scene.repeatedly(8 * MINUTE, () => {
    const found = scene.running();
    if (found !== undefined && scene.account.byOthers("StopInstances", { "InstanceId.1": found.instanceId })) {
      scene.causes(found.machine, "stopped by hand");
      scene.account.note(`${found.machine.name}: somebody stops ${found.instanceId}`);
    }
  });
}

export async function terminations(scene: Scene): Promise<void> {
  await scene.repeatedly(8 * MINUTE, () => {
    const found = scene.running();
    if (found !== undefined && scene.account.byOthers("TerminateInstances", { "InstanceId.1": found.instanceId })) {
      scene.causes(found.machine, "ended by hand");
      scene.account.note(`${found.machine.name}: somebody terminates ${found.instanceId}`);
    }
  });
}

/** EC2 lets nobody detach a primary interface: these are the machines that `overlap`. */
export async function detachments(scene: Scene): Promise<void> {
  const { account } = scene;
  await scene.repeatedly(12 * MINUTE, () => {
    const { networkInterfaces } = account.made;
    for (const machine of account.fleet.machines) {
      const eni = networkInterfaces.find((it) => it.networkInterfaceId === machine.networkInterfaceId);
      const { attachmentId: AttachmentId, deviceIndex = 0 } = eni?.attachment ?? {};
      if (
        AttachmentId !== undefined &&
        deviceIndex > 0 &&
        account.byOthers("DetachNetworkInterface", { AttachmentId })
      ) {
        scene.causes(machine, "detached by hand");
        account.note(`${machine.name}: somebody detaches ${machine.networkInterfaceId}`);
      }
    }
  });
}

/** The volume comes off while its machine runs. */
export async function volumesOff(scene: Scene): Promise<void> {
  const { account } = scene;
  await scene.repeatedly(12 * MINUTE, () => {
    const volume = account.made.volumes.find(
      (it) => it.attachment !== undefined && it.tags["managed-instance:volume"] !== undefined,
    );
    if (volume !== undefined && account.byOthers("DetachVolume", { VolumeId: volume.volumeId })) {
      account.note(`somebody detaches ${volume.volumeId}`);
    }
  });
}

/** @param arePaused whether of machines that are paused, or that run */
export function elasticIpsOff(arePaused: boolean): (scene: Scene) => Promise<void> {
  return async (scene) => {
    const { account } = scene;
    await scene.repeatedly(10 * MINUTE, () => {
      const machine = scene.machine((it) => it.allocationId !== "" && isPaused(it) === arePaused);
      const eip = account.made.elasticIps.find((it) => it.allocationId === machine.allocationId);
      if (
        eip?.associationId !== undefined &&
        account.byOthers("DisassociateAddress", { AssociationId: eip.associationId })
      ) {
        account.note(`${machine.name}: somebody takes ${machine.allocationId} off`);
      }
    });
  };
}

/** An instance restarts and fails its checks from then on; the next one will not. */
export async function impairments(scene: Scene): Promise<void> {
  const { account } = scene;
  const found = scene.running();
  if (found !== undefined) {
    account.simulator.impairNextBoot(scene.one(["instance", "system"] as const));
    account.byOthers("RebootInstances", { "InstanceId.1": found.instanceId });
    scene.causes(found.machine, "impaired");
    account.note(`${found.machine.name}: ${found.instanceId} fails its status checks from now on`);
  }
  await scene.rest();
}

/** A launch is taken, and fails: once, as a hardware fault does. */
export async function failedLaunch(scene: Scene): Promise<void> {
  const { account } = scene;
  const found = scene.running();
  if (found !== undefined && account.byOthers("TerminateInstances", { "InstanceId.1": found.instanceId })) {
    account.simulator.failNextLaunch("Server.InternalError");
    scene.causes(found.machine, "ended by hand");
    account.note(`${found.machine.name}: somebody terminates ${found.instanceId}, and the next launch fails`);
  }
  await scene.rest();
}
