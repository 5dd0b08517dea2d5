/** The line on what is adopted, and whether the instance on it can stay. (pure) */
import type { Properties } from "../model/properties";
import type { LaunchInput } from "../engine/record/specification";
import type { Instance } from "../model/things";
import type { FoundAdoption } from "./adoption";
import { textIfKnown } from "./announce-create";
import { goesWith, laterGoes } from "./belongings";
import { fateOf } from "./fate";
import type { Planned } from "./planned";
import { sentencesFor } from "./sentence";
import { toldOf } from "./told";

export function announceAdoption(found: FoundAdoption, wanted: Properties): string {
  const { adoption, publicIp, isBegun, inPlace, planned } = found;
  const { instance, networkInterface } = adoption;
  const addresses = [networkInterface?.privateIp, publicIp].filter((it) => it !== undefined).join(", ");
  const place = `${networkInterface?.id ?? ""} with ${addresses}`;
  if (isBegun || planned === undefined) {
    return `goes on with what the last run began: adopts ${place}`;
  }
  if (instance === undefined) {
    const line =
      wanted.desiredState === "paused"
        ? `adopts ${place}; launches nothing while it is paused`
        : `adopts ${place} and launches ${textIfKnown(wanted.instanceType)} on it`;
    return [line, ...inPlace].join("; ");
  }
  return [`adopts ${instance.id} on ${place}`, ...fateOfAdopted(instance, planned, found, wanted)].join("; ");
}

function fateOfAdopted(
  instance: Instance,
  planned: Planned,
  { misfits, inPlace, further }: FoundAdoption,
  wanted: Properties,
): string[] {
  const fate = fateOf(planned);
  const goes = (): string[] => goesWith(instance, further, planned.cast);
  const later = laterGoes(further);
  switch (fate.kind) {
    case "waits":
      return ["it stays stopped", ...inPlace];
    case "stops":
      return [`pauses it: stops ${fate.instance.id}`, ...inPlace];
    case "ends":
      return [`pauses it: ends ${fate.instance.id}`, ...goes(), ...inPlace];
    case "starts":
      return ["it fits, and is started", ...inPlace, ...later];
    case "replaces":
    case "changes": {
      const because = misfits.map(({ input }) => nameIn(wanted, input)).join(", ");
      const said = sentencesFor(planned, because, toldOf(planned));
      return [...said, ...(fate.kind === "replaces" ? goes() : later), ...inPlace];
    }
    case "launches":
    case "attaches":
    case "stays":
      return ["it fits and keeps running", ...inPlace, ...later];
  }
}

/** The name that the program has for what user data it gives. */
function nameIn({ userDataBase64 }: Properties, input: LaunchInput): string {
  return input === "userData" && textIfKnown(userDataBase64) !== "" ? "userDataBase64" : input;
}
