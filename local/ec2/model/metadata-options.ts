import { invalidValue } from "./errors";
import type { MetadataOptions, Tags } from "./state";

/** Amazon Linux 2023 images carry `ImdsSupport: v2.0`, which makes tokens required and the hop limit 2. */
export const METADATA_DEFAULTS: MetadataOptions = {
  httpTokens: "required",
  httpPutResponseHopLimit: 2,
  httpEndpoint: "enabled",
  httpProtocolIpv6: "disabled",
  instanceMetadataTags: "disabled",
};

const METADATA_VALUES: Readonly<Record<Exclude<keyof MetadataOptions, "httpPutResponseHopLimit">, readonly string[]>> =
  {
    httpTokens: ["optional", "required"],
    httpEndpoint: ["enabled", "disabled"],
    httpProtocolIpv6: ["enabled", "disabled"],
    instanceMetadataTags: ["enabled", "disabled"],
  };

const HOP_LIMITS = { least: 1, most: 64 };

export function checkMetadataOptions(options: Partial<MetadataOptions>): void {
  for (const name of ["httpTokens", "httpEndpoint", "httpProtocolIpv6", "instanceMetadataTags"] as const) {
    const value = options[name];
    if (value !== undefined && !METADATA_VALUES[name].includes(value)) {
      throw invalidValue(`Value (${value}) for parameter ${name} is invalid.`);
    }
  }
  const hops = options.httpPutResponseHopLimit ?? HOP_LIMITS.least;
  if (hops < HOP_LIMITS.least || hops > HOP_LIMITS.most) {
    throw invalidValue(`Value (${hops}) for parameter HttpPutResponseHopLimit is invalid. Expected 1 to 64.`);
  }
}

/** With tags in the instance metadata their keys are parts of paths (EC2 guide, tags in IMDS; aws-cli#8825 has the message). */
export function checkMetadataKeys(tags: Tags): void {
  const wrong = Object.keys(tags).find(
    (key) => !/^[0-9a-zA-Z\-_+=,.@:]{1,255}$/.test(key) || [".", "..", "_index"].includes(key),
  );
  if (wrong === undefined) return;
  throw invalidValue(
    `'${wrong}' is not a valid tag key. Tag keys must match pattern ([0-9a-zA-Z\\-_+=,.@:]{1,255}), and must not be a reserved name ('.', '..', '_index')`,
  );
}
