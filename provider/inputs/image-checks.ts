/** Objections to an image, as failures of the inputs that the image does not fit with. (pure) */
import type { Image, InstanceType } from "../ec2/ec2";
import { deviceProblems, firmwareProblem, imageProblem, rootProblem, sentenceOf } from "../engine/situation/image-fit";
import type { InputName } from "./table";
import { volumesIn } from "./refused-changes";
import { type Failure, isObject, isUnknown } from "./validation";

type Inputs = Readonly<Record<string, unknown>>;

/** An instance type that an input names. */
export interface NamedType {
  property: string;
  id: string;
  /** Absent: EC2 has no such type. */
  type?: InstanceType;
}

/** Failures that keep any launch from the image, whatever else is asked for. */
export function stateFailures(image: Image | undefined, id: string, region: string): Failure[] {
  const problem = imageProblem(image, `imageId: ${id}`, region);
  return problem === undefined ? [] : [{ property: "imageId", reason: sentenceOf(problem) }];
}

/** The types that cannot run the image or, where it is not known, what the preferred type can. */
export function typeFailures(image: Image | undefined, types: readonly (NamedType | undefined)[]): Failure[] {
  const found = types.filter(isFound);
  const [preferred] = types;
  const standard =
    image === undefined
      ? { named: named(preferred), architectures: preferred?.type?.architectures }
      : { named: `imageId: ${image.id}`, architectures: [image.architecture] };
  return found.flatMap((it): Failure[] => {
    const { property, type } = it;
    if (standard.architectures?.some((must) => type.architectures.includes(must)) === false) {
      const reason = `${named(it)} is ${type.architectures.join(" and ")}, but ${standard.named} is ${standard.architectures.join(" and ")}; take a type and an image of one architecture`;
      return [{ property, reason }];
    }
    const problem = image && firmwareProblem(type, image, { type: named(it), subject: standard.named });
    return problem === undefined ? [] : [{ property, reason: sentenceOf(problem) }];
  });
}

const isFound = (it: NamedType | undefined): it is Required<NamedType> => it?.type !== undefined;

function named(it: NamedType | undefined): string {
  return it === undefined ? "" : `${it.property}: ${it.id}`;
}

/** Failures of the inputs that the image does not fit with, as far as the image or the input is new. */
export function fitFailures(image: Image, inputs: Inputs, changed: (name: InputName) => boolean): Failure[] {
  const isNew = changed("imageId");
  return [
    ...(isNew || changed("dataVolumes") ? deviceFailures(image, inputs) : []),
    ...(isNew || changed("rootVolume") ? rootFailures(image, inputs) : []),
  ];
}

/** The image's own volumes that are where data volumes are declared. */
function deviceFailures(image: Image, inputs: Inputs): Failure[] {
  const declared = volumesIn(inputs).flatMap(({ path, volume: { name, deviceName } }) =>
    typeof name === "string" && typeof deviceName === "string" && !isUnknown(name) && !isUnknown(deviceName)
      ? [{ path, name, deviceName }]
      : [],
  );
  return deviceProblems(image, declared).map((problem) => {
    const property = `${declared.find((it) => it.name === problem.volume)?.path ?? "dataVolumes"}.deviceName`;
    return { property, reason: `${property}: ${sentenceOf(problem)}` };
  });
}

function rootFailures(image: Image, { rootVolume }: Inputs): Failure[] {
  const size = isObject(rootVolume) ? rootVolume.size : undefined;
  const problem = typeof size === "number" ? rootProblem(image, size) : undefined;
  return problem === undefined
    ? []
    : [{ property: "rootVolume.size", reason: `rootVolume.size: ${sentenceOf(problem)}` }];
}
