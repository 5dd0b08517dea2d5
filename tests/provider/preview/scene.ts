/** A machine that is as one program wants it, and the plan of the preview for another program. */
import { castOf } from "../../../provider/engine/situation/cast";
import { outputsOf } from "../../../provider/engine/situation/outputs";
import { type Change, changesBetween } from "../../../provider/inputs/changes";
import { carryOver, recordedIn, withHeldAddresses } from "../../../provider/inputs/continuity";
import { checkInputs, desiredOf } from "../../../provider/inputs/inputs";
import { knownOutputs } from "../../../provider/preview/known-outputs";
import { announceUpdate } from "../../../provider/preview/announce-update";
import type { Look } from "../../../provider/preview/look";
import { planFor, type Planned } from "../../../provider/preview/planned";
import type { Observed } from "../../../provider/model/observed";
import type { Properties } from "../../../provider/model/properties";
import { desired, elasticIp, ID, observed } from "../engine/things";
import { program } from "../support";

export interface Scene {
  changes: Change[];
  recorded: Properties;
  wanted: Properties;
  /** The plan, where all inputs are known. */
  planned: () => Planned;
}

/** @param overrides how what there is differs from what `before` wants */
export function scene(before: Properties, after: Properties, overrides: Partial<Observed> = {}): Scene {
  const applied = desired(before);
  const elasticIps = before.elasticIp === true ? [elasticIp({}, applied)] : [];
  const now = observed({ elasticIps, ...overrides }, applied);
  const recorded = {
    ...applied,
    ...outputsOf(castOf({ id: ID, desired: applied, observed: now, purpose: { kind: "refresh" } })),
  };
  const given = program(after);
  const wanted = carryOver({ ...applied }, given, checkInputs(given, "us-east-1").inputs);
  const planned = (): Planned =>
    planFor(
      castOf({
        id: ID,
        desired: withHeldAddresses(desiredOf(wanted), recorded),
        observed: now,
        recorded: recordedIn(ID, recorded),
        purpose: { kind: "update" },
      }),
    );
  return { changes: changesBetween(recorded, wanted), recorded, wanted, planned };
}

/** @param look what is otherwise than in a look that found all as it is on record */
export function lineFor({ changes, recorded, wanted, planned }: Scene, look: Partial<Look> = {}): string {
  return announceUpdate(changes, { recorded, drift: [], planned: planned(), further: [], ...look }, wanted);
}

export function shownIn({ planned, recorded }: Scene): Properties {
  return knownOutputs(planned(), recorded);
}
