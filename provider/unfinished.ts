/** Record that Pulumi is to keep of a `create` or `update` that failed, and the message to the user. (pure) */
import type { Properties } from "./model/properties";
import { claimIn, recordedDesired, withHeldOutputs } from "./inputs/continuity";
import { explain } from "./ec2/errors";
import { nameOf } from "./ec2/tags";
import { MadeElsewhere } from "./engine/record/claim";
import { castOf } from "./engine/situation/cast";
import { wantsInstance } from "./engine/situation/instances";
import { holdingsOf, outputsOf, withElasticIpKept } from "./engine/situation/outputs";
import { TakenOver } from "./engine/situation/ownership";
import { ReconcileFailure } from "./engine/reconcile";
import type { Desired } from "./model/desired";
import type { Purpose } from "./model/goal";
import type { MachineState } from "./model/outputs";
import type { Recorded } from "./model/observed";
import { GOES_ON, kept, PartialFailure, PlainFailure, sentence } from "./failure";
import { SERIALIZED_PROVIDER } from "./inputs/inputs";

/** A create or an update that failed. */
export interface Attempt {
  /** Absent: the create did not get to know which id is its own. */
  id?: string;
  desired: Desired;
  purpose: Purpose;
  inputs: Properties;
  olds?: Properties;
  recorded?: Recorded;
  /** The create that the record names as its owner. */
  claim?: string;
}

/** The error for Pulumi's runtime: a {@link PartialFailure} if something exists that is to be recorded. */
export function failureOf(error: unknown, attempt: Attempt): PartialFailure | PlainFailure {
  const { id, desired } = attempt;
  if (error instanceof TakenOver || error instanceof MadeElsewhere) {
    return new PlainFailure(sentence(explain(error)));
  }
  const what = id === undefined ? `could not look whether ${nameOf(desired.resourceUrn)} is there already: ` : "";
  const reason = sentence(`${what}${explain(error)}`);
  if (id === undefined || !(error instanceof ReconcileFailure)) {
    // Nothing was looked at, so nothing was done; an update's state stays as it is.
    return new PlainFailure(`${reason} Nothing was changed. ${GOES_ON}`);
  }
  return unfinished(error, reason, { ...attempt, id });
}

function unfinished(
  { observed, isUntouched }: ReconcileFailure,
  reason: string,
  { id, desired, purpose, inputs, olds, recorded, claim }: Attempt & { id: string },
): PartialFailure | PlainFailure {
  const before = olds === undefined ? undefined : recordedDesired(olds);
  if (before === undefined && observed.template === undefined) {
    return new PlainFailure(`${reason} ${GOES_ON}`);
  }
  if (before !== undefined && isUntouched) {
    // A refused change was not applied: the record still tells what is there.
    return new PlainFailure(
      `${reason}${kept(holdingsOf(castOf({ id, desired: before, observed, recorded, purpose })))}`,
    );
  }
  const applied = before === undefined || castOf({ id, desired, observed, recorded, purpose }).kept !== undefined;
  // Tags that are to go may still be on things, so they stay on record until a run got to its end.
  const wanted = { ...(applied ? desired : before), tags: { ...before?.tags, ...desired.tags } };
  const cast = withElasticIpKept(castOf({ id, desired: wanted, observed, recorded, purpose }), before);
  const spec = cast.desired;
  const outputs = withHeldOutputs(outputsOf(cast), olds ?? {});
  const state = stateAfter(outputs.state, spec);
  const owner = claim === undefined ? claimIn(olds ?? {}) : { claim };
  // The runtime adds its text to what a handler returns, but not to what one throws; without it nothing could be deleted.
  const provider = { [SERIALIZED_PROVIDER]: inputs[SERIALIZED_PROVIDER] };
  return new PartialFailure(
    id,
    { ...spec, ...outputs, ...owner, state, ...provider },
    `${reason}${kept(holdingsOf(cast))}`,
  );
}

/** A machine that was stopped on the way, and was to run, is not paused. */
function stateAfter(state: MachineState, spec: Pick<Desired, "desiredState">): MachineState {
  return state === "missing" || (state === "paused" && wantsInstance(spec)) ? "failed" : state;
}
