/**
 * Writes and reads the launch template's tags, which say what a launch template cannot. A text that these functions did not write is
 * not guessed at. (pure)
 */
import type { Day } from "../../kit/timetable";
import type {
  Desired,
  Market,
  PublicIpAssignment,
  Replacement,
  RevertToSpot,
  Schedule,
  ScheduledAction,
  Strategy,
} from "../../model/desired";
import { TagText, tagText, UnknownGrammar } from "./tag-text";

/** How to buy. */
export function marketTag({ lifecycle, maxPrice, fallbackToOnDemand, revertToSpot }: Market): string {
  return lifecycle === "on-demand"
    ? lifecycle
    : tagText(lifecycle, {
        "max-price": maxPrice,
        "fallback-to-on-demand": fallbackToOnDemand,
        // The records of machines that were made before there was a choice do not mention it either.
        "revert-to-spot": revertToSpot === "never" ? undefined : revertText(revertToSpot),
      });
}

export function readMarket(text: string): Market {
  const read = new TagText(text);
  const lifecycle = read.oneOf(read.word, "on-demand", "spot");
  if (lifecycle === "on-demand") {
    read.end();
    return { lifecycle, fallbackToOnDemand: true, revertToSpot: "never" };
  }
  const market: Market = {
    lifecycle,
    maxPrice: read.optional("max-price", /^\d+(\.\d+)?$/),
    fallbackToOnDemand: read.flag("fallback-to-on-demand"),
    revertToSpot: readRevert(read.optional("revert-to-spot") ?? "never"),
  };
  read.end();
  return market;
}

/** `mon,tue@01:00-05:00@Europe/Berlin` */
function revertText(revert: RevertToSpot): string {
  if (typeof revert === "string") {
    return revert;
  }
  const { days, from, to, timezone } = revert.window;
  return `${days?.join(",") ?? "daily"}@${from}-${to}@${timezone}`;
}

const WINDOW = /^([a-z,]+)@(\d\d:\d\d)-(\d\d:\d\d)@([\w/+-]+)$/;
const DAYS: readonly string[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

function readRevert(text: string): RevertToSpot {
  if (text === "never" || text === "always") {
    return text;
  }
  const [, days = "", from = "", to = "", timezone = ""] = WINDOW.exec(text) ?? [];
  const named = days.split(",");
  if (days !== "daily" && !named.every((it) => DAYS.includes(it))) {
    throw new UnknownGrammar(text);
  }
  const window = { from, to, timezone };
  return { window: days === "daily" ? window : { days: named as Day[], ...window } };
}

type Replacing = Pick<Desired, "replacement" | "healing" | "minReplacementInterval">;

/** How an instance is replaced, and when that happens between two runs of `up`. */
export function replacementTag({ replacement, healing, minReplacementInterval }: Replacing): string {
  return tagText(replacement.strategy, {
    "drain-seconds": replacement.drainSeconds,
    "skip-os-shutdown": replacement.skipOsShutdown,
    "wait-for": replacement.waitFor,
    "rollback-on-failure": replacement.rollbackOnFailure,
    "timeout-seconds": replacement.timeoutSeconds,
    healing: healing.enabled,
    "grace-seconds": healing.graceSeconds,
    "unhealthy-seconds": healing.unhealthySeconds,
    "min-interval": minReplacementInterval,
  });
}

const STRATEGIES: readonly Strategy[] = ["terminate-first", "root-volume", "stop-start", "overlap", "auto"];
const WAIT_FOR: readonly Replacement["waitFor"][] = ["running", "status-ok"];

export function readReplacementTag(text: string): Replacing {
  const read = new TagText(text);
  const replacing: Replacing = {
    replacement: {
      strategy: read.oneOf(read.word, ...STRATEGIES),
      drainSeconds: read.number("drain-seconds"),
      skipOsShutdown: read.flag("skip-os-shutdown"),
      waitFor: read.oneOf(read.value("wait-for"), ...WAIT_FOR),
      rollbackOnFailure: read.flag("rollback-on-failure"),
      timeoutSeconds: read.number("timeout-seconds"),
    },
    healing: {
      enabled: read.flag("healing"),
      graceSeconds: read.number("grace-seconds"),
      unhealthySeconds: read.number("unhealthy-seconds"),
    },
    minReplacementInterval: read.number("min-interval"),
  };
  read.end();
  return replacing;
}

type WantedState = Pick<Desired, "desiredState" | "pauseBehavior">;

/** The person or schedule that wants a machine to run or not. Each request has its own time, so that a newer one is told from a stale read. */
export interface Asked {
  by: "hand" | "schedule";
  at: number;
}

export function desiredStateTag({ desiredState, pauseBehavior }: WantedState, asked?: Asked): string {
  return tagText(desiredState, { "pause-behavior": pauseBehavior, by: asked?.by, at: asked && Math.round(asked.at) });
}

/**
 * The tag by which a program overrules a state that somebody asked for meanwhile. It names the time of the request that it overrules: else it
 * would read as before that, and who asked would take it for a stale read.
 */
export function overrulingStateTag(wanted: WantedState, overruled: string): string {
  const [, at] = / (?:at|after)=(\d+)$/.exec(overruled) ?? [];
  const text = desiredStateTag(wanted);
  return at === undefined ? text : `${text} by=program after=${at}`;
}

/** Names, in words, who asked for the state in a tag. */
export function askedBy(text: string): string {
  const [, by] = / by=(\w+) /.exec(text) ?? [];
  return ASKERS[by ?? ""] ?? "another run";
}

const ASKERS: Readonly<Record<string, string>> = { hand: "hand", schedule: "its schedule", program: "`pulumi up`" };

export function readDesiredState(text: string): WantedState {
  const read = new TagText(text);
  const state: WantedState = {
    desiredState: read.oneOf(read.word, "running", "paused"),
    pauseBehavior: read.oneOf(read.value("pause-behavior"), "terminate", "stop"),
  };
  // An older version does not say who asked, nor does a program that overrules nobody.
  if (read.has("by")) {
    const by = read.oneOf(read.value("by"), "hand", "schedule", "program");
    read.value(by === "program" ? "after" : "at", /^\d{1,15}$/);
  }
  read.end();
  return state;
}

/** Whether a tag says just that state, whoever asked for it. */
export function saysState(text: string | undefined, wanted: WantedState): boolean {
  return text?.replace(/ by=.*$/, "") === desiredStateTag(wanted);
}

export type NetworkPart = Pick<
  Desired,
  | "subnetId"
  | "persistPrivateIp"
  | "publicIpAssignment"
  | "sourceDestCheck"
  | "secondaryPrivateIpCount"
  | "ipv6AddressCount"
  | "elasticIp"
>;

/** The network inputs as a tag. A kept interface shows the rest itself; without one, the tag says all that the next one is made with. */
export function networkTag(desired: NetworkPart): string {
  const { subnetId, persistPrivateIp, publicIpAssignment, sourceDestCheck, elasticIp } = desired;
  const { secondaryPrivateIpCount, ipv6AddressCount } = desired;
  return tagText("", {
    subnet: subnetId,
    kept: persistPrivateIp,
    "public-ip": publicIpAssignment,
    "elastic-ip": typeof elasticIp === "string" ? elasticIp : elasticIp ? "own" : "none",
    ...(persistPrivateIp
      ? {}
      : {
          "source-dest-check": sourceDestCheck,
          "secondary-private-ips": secondaryPrivateIpCount,
          "ipv6-addresses": ipv6AddressCount,
        }),
  });
}

const ELASTIC_IP = /^(own|none|eipalloc-[0-9a-f]{8,17}|\d{1,3}(\.\d{1,3}){3})$/;
const PUBLIC_IP: readonly PublicIpAssignment[] = ["subnet-default", "assign", "none"];

export function readNetwork(text: string): NetworkPart {
  const read = new TagText(text);
  const elasticIp = read.value("elastic-ip", ELASTIC_IP);
  const persistPrivateIp = read.flag("kept");
  const network: NetworkPart = {
    subnetId: read.value("subnet", /^subnet-[0-9a-f]{8,17}$/),
    persistPrivateIp,
    publicIpAssignment: read.oneOf(read.value("public-ip"), ...PUBLIC_IP),
    elasticIp: elasticIp === "own" ? true : elasticIp === "none" ? false : elasticIp,
    sourceDestCheck: persistPrivateIp || read.flag("source-dest-check"),
    secondaryPrivateIpCount: read.count("secondary-private-ips"),
    ipv6AddressCount: read.count("ipv6-addresses"),
  };
  read.end();
  return network;
}

/** Security groups without their prefix. Sixteen, the most that an interface can have, would not fit with it; fourteen fit without. */
export function securityGroupsTag(ids: readonly string[]): string {
  return ids.map((it) => it.replace(/^sg-/, "")).join(" ");
}

export function readSecurityGroups(text: string): string[] {
  const ids = text.split(" ");
  if (!ids.every((it) => /^[0-9a-f]{8,17}$/.test(it))) {
    throw new UnknownGrammar(text);
  }
  return ids.map((it) => `sg-${it}`);
}

/** `pause 0 20 * * 1-5 Europe/Berlin; resume 0 6 * * 1-5 Europe/Berlin` */
export function schedulesTag(schedules: readonly Schedule[]): string {
  return schedules.map(({ action, cron, timezone }) => `${action} ${cron} ${timezone}`).join("; ");
}

const SCHEDULE = /^(pause|resume|recycle) (\S+(?: \S+){4}) ([\w/+-]+)$/;

export function readSchedules(text: string): Schedule[] {
  return text.split("; ").map((line) => {
    const [, action, cron, timezone] = SCHEDULE.exec(line) ?? [];
    if (action === undefined || cron === undefined || timezone === undefined) {
      throw new UnknownGrammar(text);
    }
    return { action: action as ScheduledAction, cron, timezone };
  });
}
