/** `check`: whether the inputs can be had, what a new machine is announced as, and the outputs that a preview shows as known. */
import type { Properties } from "./model/properties";
import { type FoundAdoption, lookAtAdoption } from "./preview/adoption";
import { announceAdoption } from "./preview/announce-adoption";
import { announceCreate } from "./preview/announce-create";
import { announceTakeOver, findNamesakes } from "./preview/announce-machines";
import { certainOutputs, isTooLittle, lastingOutputs } from "./preview/certain-outputs";
import { findByUrn, type FoundByUrn } from "./preview/look";
import { saidOfImage, type SaidOfImage } from "./preview/image-warnings";
import { knownOutputs } from "./preview/known-outputs";
import { needsImage } from "./preview/planned";
import { type Change, changesBetween } from "./inputs/changes";
import { carryOver } from "./inputs/continuity";
import type { Ec2 } from "./ec2/ec2";
import { explain } from "./ec2/errors";
import { nameOf } from "./ec2/tags";
import { findElasticIp } from "./engine/situation/observe-elastic-ips";
import { sentence } from "./failure";
import { type Checked, checkInputs, desiredOf } from "./inputs/inputs";
import { printable } from "./kit/printable";
import type { Session } from "./session";
import { type FoundMachine, lookAtTakeOver } from "./preview/take-over";
import { isText, userDataWarning } from "./kit/user-data";
import { type Failure, isGiven, isUnknown } from "./inputs/validation";
import { waitsOfNew } from "./preview/waits";

export class CheckHandler {
  /** @param ids the machines that the state is known to have */
  constructor(
    private readonly session: Session,
    private readonly ids: ReadonlySet<string>,
  ) {}

  /** Validates, fills in defaults, and adds what is known to stay, so that a preview can show it. */
  async run(olds: Properties, news: Properties): Promise<Checked> {
    const checked = checkInputs({ ...news, userDataIsText: isText(olds, news) }, await this.session.defaultRegion());
    if (checked.failures.length > 0) {
      return { inputs: news, failures: checked.failures.map(onOneLine) };
    }
    try {
      const shared = await this.checkShared(olds, checked.inputs);
      if (shared.length > 0) {
        return { inputs: news, failures: shared.map(onOneLine) };
      }
      const before = carryOver(olds, news, checked.inputs);
      const { inputs, failures } =
        Object.keys(olds).length === 0
          ? await this.checkNew(news, before)
          : await this.checkChanged(olds, checked.inputs, before);
      this.warn(checked.inputs);
      return { inputs, failures: failures.map(onOneLine) };
    } catch (error) {
      return {
        inputs: news,
        failures: [{ property: "", reason: sentence(`could not check the inputs: ${explain(error)}`) }],
      };
    }
  }

  /** Refuses things that two resources of one run name. */
  private checkShared(olds: Properties, inputs: Properties): Promise<Failure[]> {
    return this.session.claims.refusals(inputs, Object.keys(olds).length === 0, async (given) => {
      const found = await findElasticIp(this.session.ec2(regionOf(inputs)), given);
      return found?.allocationId === given ? found.publicIp : found?.allocationId;
    });
  }

  private warn(inputs: Properties): void {
    const warning = userDataWarning(inputs);
    if (warning !== undefined) {
      this.session.announce(`${nameIn(inputs)}: ${warning}`);
    }
  }

  /** Checks a machine that is to be made. */
  private async checkNew(news: Properties, inputs: Properties): Promise<Checked> {
    const region = regionOf(inputs);
    await this.session.ec2(region).requireCredentials();
    const isAdopted = inputs.adopt !== undefined && !isUnknown(inputs);
    let found: Promise<FoundAdoption> | undefined;
    const ec2 = this.session.ec2(region);
    const look = (): Promise<FoundAdoption> => (found ??= lookAtAdopted(ec2, news, inputs));
    const failures = await this.session.surroundings(region).failures(
      inputs,
      {},
      () => true,
      async () => !isAdopted || launchesAdopted(await look()),
    );
    if (failures.length > 0) {
      return { inputs: news, failures };
    }
    if (!isAdopted) {
      const waits = isUnknown(inputs) ? [] : await waitsOfNew(ec2, desiredOf(inputs));
      const { remarks } = await this.ofImage(inputs, true);
      const line = await this.creation(region, inputs);
      this.session.announce(`${nameIn(inputs)}: ${[line, ...waits, ...remarks].join("; ")}`);
      return { inputs, failures };
    }
    const adopted = await look();
    if (adopted.failures.length > 0) {
      return { inputs: news, failures: await this.withNamesakes(adopted.failures, inputs) };
    }
    const { remarks } = await this.ofImage(inputs, launchesAdopted(adopted));
    const said = [announceAdoption(adopted, inputs), ...remarks].join("; ");
    const line = isMachine(adopted) ? announceTakeOver(adopted, said) : said;
    this.session.announce(`${nameIn(inputs)}: ${line}`);
    return { inputs: adopted.inputs, failures };
  }

  /** A refusal to adopt says which machines of this name are there: one may be what an unheard create made of it. */
  private async withNamesakes([first, ...others]: Failure[], inputs: Properties): Promise<Failure[]> {
    const { lines } = await findNamesakes(this.session.ec2(regionOf(inputs)), String(inputs.resourceUrn), this.ids);
    return first === undefined ? [] : [{ ...first, reason: [first.reason, ...lines].join("; ") }, ...others];
  }

  /** The line on a machine that is to be made, and on those of its name that are there. */
  private async creation(region: string, inputs: Properties): Promise<string> {
    const urn = String(inputs.resourceUrn);
    const { begun, lines } = isGiven(inputs.region)
      ? await findNamesakes(this.session.ec2(region), urn, this.ids)
      : { begun: undefined, lines: [] };
    const line = announceCreate(inputs);
    const first = begun === undefined ? line : `goes on with ${begun}, which a run began that did not finish: ${line}`;
    return [first, ...lines].join("; ");
  }

  /** Checks a machine that exists. `own` is what the program says, `inputs` adds what the past decides. */
  private async checkChanged(olds: Properties, own: Properties, inputs: Properties): Promise<Checked> {
    const changes = changesBetween(olds, inputs);
    // Whether there is an interface already, and with which addresses, the old inputs do not tell.
    const isOther = own.adopt !== undefined && JSON.stringify(own.adopt) !== JSON.stringify(olds.adopt);
    const isNewAddress = changes.some((it) => it.input === "privateIp");
    let found: Promise<FoundByUrn | undefined> | undefined;
    const look = (): Promise<FoundByUrn | undefined> => (found ??= this.find(olds, inputs));
    const failures = await this.session.surroundings(regionOf(inputs)).failures(
      own,
      isOther || isNewAddress ? ((await look())?.recorded ?? olds) : olds,
      (name) => changes.some((it) => it.input === name),
      async () => launches(changes, await look()),
    );
    if (failures.length > 0) {
      return { inputs: own, failures };
    }
    return { inputs: { ...(await this.outputs(changes, { olds, inputs, look })), ...inputs }, failures };
  }

  /** The outputs that the changes leave as they are. */
  private async outputs(
    changes: Change[],
    { olds, inputs, look }: { olds: Properties; inputs: Properties; look: () => Promise<FoundByUrn | undefined> },
  ): Promise<Properties> {
    const lasting = lastingOutputs(olds);
    if (changes.some((it) => it.class === "replaces-resource")) {
      return {};
    }
    if (changes.length === 0 && !isTooLittle(lasting)) {
      return certainOutputs(changes, lasting, inputs);
    }
    const found = await look();
    if (found === undefined) {
      return {};
    }
    const { planned, recorded } = found;
    return planned === undefined ? certainOutputs(changes, recorded, inputs) : knownOutputs(planned, recorded);
  }

  private ofImage(inputs: Properties, isNeeded: boolean): Promise<SaidOfImage> {
    return saidOfImage((region) => this.session.surroundings(region), inputs, isNeeded);
  }

  private async find(olds: Properties, inputs: Properties): Promise<FoundByUrn | undefined> {
    return isUnknown(olds) ? undefined : findByUrn(this.session.ec2(regionOf(olds)), olds, inputs);
  }
}

/** Whether something is launched from the image, or, without a plan, may be. */
function launches(changes: readonly Change[], found: FoundByUrn | undefined): boolean {
  return found?.planned === undefined ? changes.some((it) => it.class !== "in-place") : needsImage(found.planned);
}

function launchesAdopted({ planned }: FoundAdoption): boolean {
  return planned !== undefined && needsImage(planned);
}

/** Looks at what `adopt` names: a whole machine by its record, else an instance or an interface. */
function lookAtAdopted(ec2: Ec2, given: Properties, inputs: Properties): Promise<FoundAdoption | FoundMachine> {
  const { managedInstanceId } = desiredOf(inputs).adopt ?? {};
  return managedInstanceId === undefined
    ? lookAtAdoption(ec2, given, inputs)
    : lookAtTakeOver(ec2, managedInstanceId, given, inputs);
}

function isMachine(found: FoundAdoption): found is FoundMachine {
  return "id" in found;
}

/** Inputs that often are secrets. The engine prints the value of the property that a failure names, secret or not. */
const NEVER_SHOWN = /^(userData|userDataBase64|recycleTriggers)\b/;

function onOneLine({ property, reason }: Failure): Failure {
  return { property: NEVER_SHOWN.test(property) ? "" : printable(property), reason: printable(reason) };
}

export function nameIn(inputs: Properties): string {
  return typeof inputs.resourceUrn === "string" ? nameOf(inputs.resourceUrn) : "managed instance";
}

export function regionOf(inputs: Properties): string {
  return String(inputs.region);
}
