/** `doctor`'s findings about the images that machines run from, and about the volumes that came with an image. (pure) */
import { isReadable } from "../controller/record";
import { TAG } from "../provider/ec2/tags";
import { isAlive } from "../provider/engine/situation/instances";
import { imageProblem } from "../provider/engine/situation/image-fit";
import type { Volume } from "../provider/model/things";
import { volumeSaid } from "../provider/preview/image-warnings";
import { called, type Finding, type Marked, problem } from "./finding";

/** A machine whose image is gone works on, and cannot be brought back. */
export function ofImages({ readings, images }: Pick<Marked, "readings" | "images">): Finding[] {
  return readings.filter(isReadable).flatMap((machine) => {
    const { imageId, region } = machine.desired;
    const image = images.get(imageId);
    const found = images.has(imageId) ? imageProblem(image, `the image ${imageId}`, region) : undefined;
    return found === undefined || image?.state === "pending"
      ? []
      : [
          problem(
            `${called(machine)} could not be brought back if its instance were lost: ${found.what}`,
            "Give it another imageId, and run `pulumi up` while its instance works.",
          ),
        ];
  });
}

/** Volumes that came with the image of an instance: those that outlived it, and those that would. */
export function ofLaunchedVolumes({
  readings,
  volumes,
  instances,
}: Pick<Marked, "readings" | "volumes" | "instances">): Finding[] {
  return volumes.filter(isLaunched).flatMap((volume) => {
    const { id, tags, attachment, status } = volume;
    const machine = readings.find((it) => it.id === tags[TAG.id]);
    if (machine === undefined) {
      return [];
    }
    const holder = instances.find((it) => it.id === attachment?.instanceId);
    const outlives = holder !== undefined && isAlive(holder) && attachment?.deleteOnTermination === false;
    return [
      ...(attachment === undefined && status === "available"
        ? [
            problem(
              `${volumeSaid(volume)} came with an instance of ${called(machine)} that is gone`,
              `\`pulumi destroy\` deletes it with the machine; before that, if nothing on it is needed: \`aws ec2 delete-volume --volume-id ${id}\`.`,
            ),
          ]
        : []),
      ...(outlives
        ? [
            problem(
              `${volumeSaid(volume)} came with the image of ${holder.id} of ${called(machine)}, and would stay behind when that ends`,
              "`pulumi refresh` and `pulumi up` make it end with its instance; what is to be kept belongs in dataVolumes.",
            ),
          ]
        : []),
    ];
  });
}

function isLaunched({ tags }: Volume): boolean {
  return tags[TAG.generation] !== undefined && tags[TAG.volume] === undefined;
}
