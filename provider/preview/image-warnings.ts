/** Sentences of a preview or a refresh beside what will be done: about the image, and about volumes that came with it. */
import { described, imageProblem, rootDeviceOf, sentenceOf } from "../engine/situation/image-fit";
import { monthlyCostOf } from "../engine/planning/retention";
import { isUnknown } from "../inputs/validation";
import type { Properties } from "../model/properties";
import type { Image, Volume } from "../model/things";

/**
 * Warns that nothing could be launched, though nothing is to be.
 *
 * @param image absent where EC2 does not find it
 */
function imageWarning(image: Image | undefined, id: string, region: string): string[] {
  const problem = imageProblem(image, `the image ${id}`, region);
  return problem === undefined || image?.state === "pending"
    ? []
    : [
        `warning: ${problem.what}; should the instance be lost, the machine could not be brought back until imageId names another image`,
      ];
}

/** Sentences about an image: what is in the way of a launch, and what is to be known. */
export interface SaidOfImage {
  problems: string[];
  remarks: string[];
}

const NOTHING_SAID: SaidOfImage = { problems: [], remarks: [] };

type Images = (region: string) => { imageAsItIs: (id: string) => Promise<Image | undefined> };

/**
 * Says what becomes of the volumes of an image that is launched from; for any other image, whether it could be launched from.
 *
 * @param isNeeded whether something is to be launched from it
 */
export async function saidOfImage(images: Images, inputs: Properties, isNeeded: boolean): Promise<SaidOfImage> {
  const { imageId } = inputs;
  const region = String(inputs.region);
  if (typeof imageId !== "string" || isUnknown(imageId) || !imageId.startsWith("ami-")) {
    return NOTHING_SAID;
  }
  const image = await images(region).imageAsItIs(imageId);
  if (!isNeeded) {
    return { problems: [], remarks: imageWarning(image, imageId, region) };
  }
  const problem = imageProblem(image, `the image ${imageId} (imageId)`, region);
  return problem === undefined
    ? { problems: [], remarks: image === undefined ? [] : endingVolumes(image) }
    : { problems: [sentenceOf(problem)], remarks: [] };
}

/** Volumes that the image would have outlive each instance. */
function endingVolumes(image: Image): string[] {
  const kept = image.devices.filter((it) => !it.deleteOnTermination && it !== rootDeviceOf(image));
  const also = rootDeviceOf(image)?.deleteOnTermination === false ? rootDeviceOf(image) : undefined;
  const all = [...(also === undefined ? [] : [also]), ...kept].map(described);
  return all.length === 0
    ? []
    : [
        `volumes of the image ${image.id} (${all.join("; ")}) are deleted with each instance, although the image keeps them: declare in dataVolumes what is to be kept`,
      ];
}

/** Volumes that came with an instance and outlived it. */
export function leftVolumesSaid(volumes: readonly Volume[]): string[] {
  return volumes.length === 0
    ? []
    : [
        `${volumes.map(volumeSaid).join(", ")} ${volumes.length === 1 ? "is" : "are"} left of earlier instances; \`pulumi destroy\` deletes ${volumes.length === 1 ? "it" : "them"}`,
      ];
}

export function volumeSaid(volume: Volume): string {
  const { id, size, type } = volume;
  return `${id} (${size} GiB of ${type}, about $${monthlyCostOf(volume).toFixed(2)} a month)`;
}
