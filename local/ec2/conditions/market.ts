import * as capacity from "../model/capacity";
import type { Pool } from "../model/capacity";
import { INSTANCE_TYPES } from "../model/instance-types";
import { changePrice, interrupt, interruptible, type InterruptionTarget } from "../model/interruption";
import { zonesOf } from "../model/zones";
import { shutDownFromInside } from "../model/lifecycle";
import { setQuota, type QuotaName } from "../model/quotas";
import { spotPriceOf } from "../model/spot-prices";
import type { InterruptionCause, RootVolumeFailure, StatusCheck } from "../model/state";
import type { World } from "../model/world";
import { Refused } from "../refused";

type Lifecycle = Pool["lifecycle"];

/** Decisions that AWS makes of its own accord, here on demand: room, prices, quotas, whom it takes instances from, and what fails. */
export class Market {
  readonly capacity = {
    /**
     * How many more launches of a type in a zone there is room for; from then on InsufficientInstanceCapacity. What ends gives
     * its place to somebody else, unless `isGivenBack`.
     */
    set: (
      ...[type, zone, lifecycle, left, options = {}]: [
        type: string,
        zone: string,
        lifecycle: Lifecycle,
        left: number,
        options?: { isGivenBack?: boolean },
      ]
    ): void => {
      this.change((world) => {
        checkPool(world, type, zone);
        capacity.setCapacity(world, { type, zone, lifecycle }, left, options.isGivenBack);
      });
    },
    /** From now on there is always room again. */
    clear: (type: string, zone: string, lifecycle: Lifecycle): void => {
      this.change((world) => {
        capacity.freeCapacity(world, { type, zone, lifecycle });
      });
    },
  };

  readonly spotPrice = {
    /** US dollars an hour. A price above the limit of a running instance takes that back. */
    set: (type: string, zone: string, price: number): void => {
      this.change((world) => {
        checkPool(world, type, zone);
        changePrice(world, { type, zone }, price);
      });
    },
    of: (type: string, zone: string): number => this.change((world) => spotPriceOf(world, type, zone)),
  };

  readonly quotas = {
    set: (name: QuotaName, limit: number): void => {
      this.change((world) => {
        setQuota(world, name, limit);
      });
    },
  };

  /** @param change carries something out on the account as it is now */
  constructor(private readonly change: <Result>(work: (world: World) => Result) => Result) {}

  readonly interrupt = (target: InterruptionTarget, cause: InterruptionCause = "no-capacity"): string[] =>
    this.change((world) => {
      const instances = targeted(world, target);
      for (const instance of instances) interrupt(world, instance, cause);
      return instances.map(({ instanceId }) => instanceId);
    });

  /** The next launch is taken and then fails: pending, then terminated with this reason (such as Client.InternalError). */
  readonly failNextLaunch = (reasonCode: string): void => {
    this.change((world) => world.launchFailures.push(reasonCode));
  };

  /** After the next boot, of a launch, a start, a reboot or a new root volume, this status check never passes. */
  readonly impairNextBoot = (check: StatusCheck = "instance"): void => {
    this.change((world) => world.impairedBoots.push(check));
  };

  /** The next replacement of a root volume fails: with the old volume in its place, or with none. */
  readonly failNextRootVolume = (failure: RootVolumeFailure = "failed"): void => {
    this.change((world) => world.rootVolumeFailures.push(failure));
  };

  /** The guest of a running on-demand instance shuts itself down. */
  readonly shutDownGuest = (instanceId: string): void => {
    this.change((world) => {
      const instance = world.account.instances.get(instanceId);
      if (instance?.state !== "running" || instance.spotRequestId !== undefined) {
        throw new Refused(`${instanceId} is no on-demand instance that runs.`);
      }
      shutDownFromInside(world, instance);
    });
  };

  readonly recommendRebalance = (target: InterruptionTarget): string[] =>
    this.change((world) => {
      const ids = targeted(world, target).map(({ instanceId }) => instanceId);
      for (const id of ids) world.events.rebalanceRecommendation(id);
      return ids;
    });
}

function targeted(world: World, target: InterruptionTarget) {
  const found = interruptible(world, target);
  if ("instanceId" in target) {
    if (found.length === 0) throw new Refused(whyNot(world, target.instanceId));
    return found;
  }
  if (target.type === undefined && target.zone === undefined) {
    throw new Refused("Say which: an instance by its id, or all spot instances of a type, a zone or both.");
  }
  checkPool(world, target.type, target.zone);
  return found;
}

function whyNot(world: World, id: string): string {
  const instance = world.account.instances.get(id);
  if (instance === undefined) return `There is no instance ${id}.`;
  if (instance.spotRequestId === undefined) return `${id} is not a spot instance: AWS does not take it back.`;
  if (instance.interruption !== undefined) return `${id} is being interrupted already.`;
  return `${id} is ${instance.state}: only a running instance is taken back.`;
}

function checkPool(world: World, type: string | undefined, zone: string | undefined): void {
  if (type !== undefined && !INSTANCE_TYPES.has(type)) {
    throw new Refused(`There is no instance type ${type} here. There is: ${[...INSTANCE_TYPES.keys()].join(", ")}.`);
  }
  const zones = zonesOf(world);
  if (zone === undefined || zones.includes(zone)) return;
  throw new Refused(`There is no zone ${zone} here. There is: ${zones.join(", ")}.`);
}
