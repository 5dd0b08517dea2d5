/** The part of a line that says what becomes of the instance, and why. (pure) */
import type { Cast } from "../engine/situation/cast";
import { endedBeside, type Fate, fateOf } from "./fate";
import type { Planned } from "./planned";
import type { Told } from "./told";

export function sentencesFor(planned: Planned, because: string, told: Told): string[] {
  const beside = endedBeside(planned).map((it) => it.id);
  return [
    sentenceFor(fateOf(planned), because, { told, cast: planned.cast }),
    ...(beside.length === 0 ? [] : [`also ends ${beside.join(", ")}`]),
  ];
}

function sentenceFor(fate: Fate, because: string, { told, cast }: { told: Told; cast: Cast }): string {
  switch (fate.kind) {
    case "stays":
      return `changes in place (${because})${fate.instance === undefined ? "" : `; ${fate.instance.id} keeps running`}`;
    case "starts":
      return `changes in place (${because}); starts ${fate.instance.id}`;
    case "waits":
      return `changes in place (${because}); stays paused`;
    case "stops":
      return `pauses ${fate.instance.id} (${because}), stops it`;
    case "ends":
      return `pauses ${fate.instance.id} (${because}), ends it`;
    case "launches":
      return `launches an instance (${because})`;
    case "attaches":
      return `attaches ${cast.networkInterface?.id ?? "its network interface"} to ${fate.instance?.id ?? "its instance"} (${because})`;
    case "replaces":
    case "changes":
      return `${fate.kind} ${fate.instance.id} (${because}), ${fate.path}, ${darkness(told)}`;
  }
}

/** A second is what remains where only an Elastic IP goes from one instance to the other. */
function darkness({ darkMs, isDark }: Told): string {
  return `about ${Math.max(1, Math.round(darkMs / 1000))} s ${isDark ? "until it runs" : "dark"}`;
}
