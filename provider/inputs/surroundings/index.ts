/** Checks at preview what only EC2 can say of the inputs: whether subnet, image, types, Elastic IP and volumes are there and fit. */
import type { Clock } from "../../kit/clock";
import type { Ec2, Image, InstanceType, Subnet } from "../../ec2/ec2";
import { LAUNCH_INPUTS } from "../../engine/record/specification";
import type { InputName } from "../table";
import { fitFailures, type NamedType, stateFailures, typeFailures } from "../image-checks";
import { findImage, Lookups, patiently } from "../../ec2/lookups";
import { snapshotFailures } from "../snapshot-checks";
import { isReplacedElsewhere, refusedChanges, volumesIn } from "../refused-changes";
import { addressFailures } from "./addresses";
import { deviceNameFailures } from "./device-names";
import { ElasticIps } from "./elastic-ip";
import { InstanceTypes } from "./instance-types";
import { LaunchOptions } from "./launch-options";
import { type Changed, type Inputs, knownText, type LookupPlace, textsIn } from "./place";
import { SecurityGroups } from "./security-groups";
import { givenVolumeFailures, stayingVolumeFailures } from "./volumes";
import { type Failure, isGiven } from "../validation";

const TYPE_INPUTS = ["imageId", "instanceType"] as const;
/** Inputs whose change may end in a launch, or decides what a launch has to do. */
const LAUNCHING = [
  ...LAUNCH_INPUTS,
  "dataVolumes",
  "desiredState",
  "subnetId",
  "privateIp",
  "persistPrivateIp",
] as const satisfies InputName[];
/**
 * The checks for one region in a provider process: a thousand machines of one stack share a subnet and an image, so each thing is looked
 * up once. Answers about volumes are not kept: each volume is of one machine only.
 */
export class Surroundings {
  private readonly subnets: Lookups<Subnet>;
  private readonly images: Lookups<Image>;
  /** The images without the patience for an image that was made a moment ago. */
  private readonly earlierImages: Lookups<Image>;
  private readonly types: Lookups<InstanceType>;
  private readonly place: LookupPlace;
  private readonly instanceTypes: InstanceTypes;
  private readonly groups: SecurityGroups;
  private readonly launchOptions: LaunchOptions;
  private readonly elasticIps: ElasticIps;

  constructor(
    /** Called only when something is looked up: it loads the AWS SDK. */
    private readonly ec2: () => Ec2,
    private readonly clock: Clock,
    private readonly region: string,
  ) {
    this.subnets = new Lookups((id) => patiently(() => ec2().describeSubnet(id), isFound, clock));
    this.images = new Lookups((id) => patiently(() => findImage(ec2(), id), isFound, clock), isAvailable);
    this.earlierImages = new Lookups((id) => findImage(ec2(), id), isAvailable);
    // Nobody makes a type, so there is nothing to wait for.
    this.types = new Lookups(async (name) =>
      (await ec2().describeInstanceTypes([name])).find((it) => it.name === name),
    );
    const { subnets, images, types } = this;
    this.place = { ec2, clock, region, subnets, images, types };
    this.instanceTypes = new InstanceTypes(this.place);
    this.groups = new SecurityGroups(this.place);
    this.launchOptions = new LaunchOptions(this.place);
    this.elasticIps = new ElasticIps(this.place);
  }

  /**
   * Failures of the inputs: objections of EC2, and changes that it cannot make (`refusedChanges`). Only the things that a change
   * makes necessary are looked up. An error of EC2 is thrown.
   *
   * @param inputs checked, and the program's own: without what earlier previews added
   * @param olds the machine's recorded inputs and outputs; empty before there is a machine
   * @param launches whether something is launched for it; asked only where the image is not there
   */
  async failures(
    inputs: Inputs,
    olds: Inputs,
    changed: Changed,
    launches: () => Promise<boolean> = () => Promise.resolve(true),
  ): Promise<Failure[]> {
    if (!isGiven(inputs.region)) {
      // There is nowhere to look, and perhaps no past.
      return [];
    }
    const elsewhere = isReplacedElsewhere(olds, inputs);
    const past = elsewhere ? {} : olds;
    const isNew: Changed = (name) => elsewhere || changed(name);
    const found = await Promise.all([
      addressFailures(this.place, inputs, isNew),
      this.launch(inputs, past, isNew, launches),
      this.instanceTypes.offers(inputs, isNew),
      this.instanceTypes.room(inputs, isNew),
      this.elasticIps.failures(inputs, past, isNew),
      this.groups.failures(inputs, isNew),
      this.launchOptions.failures(inputs, isNew),
      deviceNameFailures(this.place, inputs, isNew),
      givenVolumeFailures(this.place, inputs, isNew),
      snapshotFailures(this.ec2, { inputs, olds: past, region: this.region, clock: this.clock }, isNew),
      stayingVolumeFailures(this.place, { inputs, olds: past }, isNew),
    ]);
    const refused = refusedChanges(past, inputs);
    return [...refused, ...found.flat().filter((it) => !refused.some(({ property }) => property === it.property))];
  }

  private async launch(
    inputs: Inputs,
    olds: Inputs,
    changed: Changed,
    launches: () => Promise<boolean>,
  ): Promise<Failure[]> {
    const hasFallbacks = textsIn(inputs.fallbackInstanceTypes).length > 0;
    const isTyped = TYPE_INPUTS.some(changed) || (changed("fallbackInstanceTypes") && hasFallbacks);
    if (!isTyped && !LAUNCHING.some((it) => changed(it) && mayLaunch(it, inputs, olds))) {
      return [];
    }
    const [{ image, failures }, types] = await Promise.all([
      this.imageOf(inputs.imageId, changed("imageId") && !isGiven(inputs.adopt), launches),
      isTyped ? this.typesOf(inputs) : [],
    ]);
    return [
      ...failures,
      ...types.flatMap((it) => (it === undefined ? [] : this.unknownType(it))),
      ...typeFailures(image, types),
      ...(image === undefined ? [] : fitFailures(image, inputs, changed)),
    ];
  }

  /**
   * Looks up the image. Only a launch needs it to be there. An image that was named before was not made a moment ago.
   *
   * @param isNamed whether the image has just been named, so that a launch is what it is for
   */
  private async imageOf(
    given: unknown,
    isNamed: boolean,
    launches: () => Promise<boolean>,
  ): Promise<{ image?: Image; failures: Failure[] }> {
    const id = knownText(given);
    // EC2 looks up the image behind a parameter at each launch.
    if (id === undefined || id.startsWith("resolve:")) {
      return { failures: [] };
    }
    const image = isNamed ? await this.images.get(id) : await this.imageAsItIs(id);
    const failures = stateFailures(image, id, this.region);
    return { image, failures: failures.length > 0 && (isNamed || (await launches())) ? failures : [] };
  }

  /** The image, however long ago it was made; nothing where EC2 does not find it. */
  imageAsItIs(id: string): Promise<Image | undefined> {
    return this.images.known(id) ?? this.earlierImages.get(id);
  }

  /** The types that the inputs name, the preferred one first. */
  private typesOf({ instanceType, fallbackInstanceTypes }: Inputs): Promise<(NamedType | undefined)[]> {
    const fallbacks = textsIn(fallbackInstanceTypes);
    return Promise.all([
      this.typeOf("instanceType", instanceType),
      ...fallbacks.map(({ path, text }) => this.typeOf(`fallbackInstanceTypes${path}`, text)),
    ]);
  }

  private async typeOf(property: string, given: unknown): Promise<NamedType | undefined> {
    const id = knownText(given);
    return id === undefined ? undefined : { property, id, type: await this.types.get(id) };
  }

  private unknownType({ property, id, type }: NamedType): Failure[] {
    const reason = `${property}: ${id} is not an instance type of ${this.region}; take another, or another region`;
    return type === undefined ? [{ property, reason }] : [];
  }
}

const isFound = (seen: unknown): boolean => seen !== undefined;
const isAvailable = (image: Image): boolean => image.state === "available";

/** Whether a change of an input can end in a launch, or puts a volume where there was none. */
function mayLaunch(name: InputName, inputs: Inputs, olds: Inputs): boolean {
  switch (name) {
    case "privateIp":
      return isGiven(inputs.privateIp);
    case "dataVolumes": {
      const before = volumesIn(olds).map(({ volume }) => volume.deviceName);
      return volumesIn(inputs).some(({ volume }) => !before.includes(volume.deviceName));
    }
    default:
      return true;
  }
}
