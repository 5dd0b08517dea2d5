/** Every kind of trouble. */
import * as conditions from "./conditions";
import * as deeds from "./deeds";
import * as people from "./people";
import { ACTS } from "./rights";
import type { Scene } from "./scene";

export interface Kind {
  name: string;
  work: (scene: Scene) => Promise<void>;
  /** Whether it does nothing to a machine by itself, so that something else has to. */
  isCondition?: boolean;
  /** Whether nothing else may go wrong beside it. */
  isAlone?: boolean;
}

const kind = (name: string, work: Kind["work"]): Kind => ({ name, work });
const condition = (name: string, work: Kind["work"]): Kind => ({ ...kind(name, work), isCondition: true });

export const KINDS: readonly Kind[] = [
  kind("interruptions", deeds.interruptions),
  kind("rebalance recommendations", deeds.rebalances),
  kind("instances stopped by hand", deeds.stops),
  kind("instances ended by hand", deeds.terminations),
  kind("interfaces detached by hand", deeds.detachments),
  kind("volumes detached by hand", deeds.volumesOff),
  kind("Elastic IPs taken off", deeds.elasticIpsOff(false)),
  kind("Elastic IPs taken off paused machines", deeds.elasticIpsOff(true)),
  kind("an instance that fails its status checks", deeds.impairments),
  kind("a launch that fails", deeds.failedLaunch),
  condition("a right that is denied", conditions.denied(ACTS)),
  condition("the status checks denied", conditions.denied(["DescribeInstanceStatus"])),
  condition("the look denied", conditions.deniedLook),
  condition("throttling", conditions.throttled),
  condition("5xx", conditions.failing),
  condition("lost replies", conditions.lostReplies),
  condition("replies to one action lost", conditions.repliesLostOf),
  condition("a read that fails", conditions.failingLook),
  condition("slow replies", conditions.slow),
  condition("stale reads", conditions.staleReads),
  condition("no spot capacity", conditions.noCapacity(["spot"], true)),
  condition("no capacity of a type", conditions.noCapacity(["spot", "on-demand"], false)),
  condition("no capacity at all", conditions.noCapacity(["spot", "on-demand"], true)),
  condition("events lost", conditions.eventsLost),
  condition("events twice, late and reordered", conditions.eventsTwice),
  condition("the controller killed", conditions.controllerKilled),
  condition("poison in the queue", conditions.poisoned),
  condition("two controllers", conditions.twoControllers),
  kind("up", people.ups),
  kind("up with a new image", people.upsWithImage),
  kind("up with another type", people.upsWithType),
  kind("up that is killed", people.upsKilled),
  kind("a recycle by hand", people.recycles),
  kind("a pause by hand", people.pauses),
  kind("up that meets a recycle", people.upMeetsRecycle),
  kind("up that meets a pause", people.upMeetsPause),
  { ...kind("an image that does not work", people.badImage), isAlone: true },
];
