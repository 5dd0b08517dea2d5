/** Whether the data volumes' device names are ones of the image's platform. */
import { isWindowsDevice } from "../formats";
import { volumesIn } from "../refused-changes";
import type { Failure } from "../validation";
import { type Changed, type Inputs, knownText, type LookupPlace } from "./place";

/** EC2 takes Linux's names on Windows too; Windows' own are for Windows only (EC2 guide, device names). */
export async function deviceNameFailures(place: LookupPlace, inputs: Inputs, changed: Changed): Promise<Failure[]> {
  const imageId = knownText(inputs.imageId);
  const named = volumesIn(inputs).flatMap(({ path, volume }) => {
    const name = knownText(volume.deviceName);
    return name !== undefined && isWindowsDevice(name) ? [{ property: `${path}.deviceName`, name }] : [];
  });
  const isAsked = named.length > 0 && (changed("imageId") || changed("dataVolumes"));
  if (!isAsked || imageId === undefined || imageId.startsWith("resolve:")) {
    return [];
  }
  const image = await place.images.get(imageId);
  return image?.platform === "linux"
    ? named.map(({ property, name }) => ({
        property,
        reason: `${property}: ${name} is a device name for Windows, but imageId: ${imageId} is for Linux; write /dev/sd${name.slice("xvd".length)}, or another of /dev/sdf to /dev/sdp`,
      }))
    : [];
}
