/** Which way an instance is replaced: the strategy that was asked for, where it can make the change. (pure) */
import type { LaunchPart } from "../record/specification";
import type { Lifecycle } from "../../model/things";
import type { Strategy } from "../../model/desired";

/** A strategy that something can be done by. */
export type Path = Exclude<Strategy, "auto">;

/** Reasons that the instance that is there gives against keeping it. */
export interface Hindrances {
  /** A volume of its image is where a data volume is to be. */
  isCrowded?: boolean;
  /** EC2 does not replace its root volume by that of the wanted image. */
  refusesImage?: boolean;
}

export interface ReplacementChange extends Hindrances {
  strategy: Strategy;
  /** The parts of the launch that differ. None: a recycle. */
  parts: readonly LaunchPart[];
  /** Whether the network interface is given up for another. */
  moves: boolean;
  /** Whether the present instance runs. */
  isRunning: boolean;
  /** Whether the instance has its root volume: not after EC2 failed to replace it. */
  hasRootVolume?: boolean;
  runsAs: Lifecycle;
  /** The wanted market. */
  wantedAs: Lifecycle;
  /** Whether its cores and threads are set, which a change of type sets back (EC2 user guide, CPU options). */
  pinsCpu?: boolean;
}

/** `terminate-first` makes every change, so it is what is left where the strategy asked for cannot make it. */
export function pathOf(change: ReplacementChange): Path {
  const { strategy, hasRootVolume = true } = change;
  if (strategy === "overlap") {
    return "overlap";
  }
  const asksFor = (path: Path): boolean => hasRootVolume && (strategy === path || strategy === "auto");
  if (change.isCrowded === true) {
    return "terminate-first";
  }
  if (asksFor("root-volume") && takesRootVolume(change)) {
    return "root-volume";
  }
  return asksFor("stop-start") && takesStopStart(change) ? "stop-start" : "terminate-first";
}

/** EC2 replaces the root volume of a running instance only (ec2-behaviour.md, section 1). */
function takesRootVolume({ parts, moves, isRunning, refusesImage }: ReplacementChange): boolean {
  return isRunning && !moves && refusesImage !== true && consistsOf(parts, ["imageId"]);
}

/**
 * A spot instance's type cannot be changed (ec2-behaviour.md, section 4). New user data is there after a start, but most images
 * carry it out at the first boot only: so `auto` launches anew for it, and only who asks for `stop-start` gets it so.
 */
function takesStopStart({ strategy, parts, moves, runsAs, wantedAs, pinsCpu }: ReplacementChange): boolean {
  const isOnDemand = runsAs === "on-demand" && wantedAs === "on-demand";
  const keepsCpu = pinsCpu !== true || !parts.includes("instanceType");
  return (
    isOnDemand &&
    keepsCpu &&
    !moves &&
    consistsOf(parts, strategy === "auto" ? ["instanceType"] : ["instanceType", "userData"])
  );
}

function consistsOf(parts: readonly LaunchPart[], allowed: readonly LaunchPart[]): boolean {
  return parts.length > 0 && parts.every((part) => allowed.includes(part));
}

/** Whether the instance stays, and only what is in it or below it changes. */
export function keepsInstance(path: Path): boolean {
  return path === "root-volume" || path === "stop-start";
}
