/** Clients of other AWS services: each one is left out where its package is not installed, or it has no endpoint to be asked at. */
import type { GlobalOptions } from "./connection";

export type Service = "sts" | "service-quotas" | "cloudtrail";

const NAMES: Readonly<Record<Service, string>> = {
  sts: "STS",
  "service-quotas": "SERVICE_QUOTAS",
  cloudtrail: "CLOUDTRAIL",
};

/** Why a service is not asked; nothing if it can be. */
export function notAsked(service: Service, { endpoint }: GlobalOptions, env = process.env): string | undefined {
  const isSet = (name: string): boolean => (env[name] ?? "") !== "";
  const ownName = `AWS_ENDPOINT_URL_${NAMES[service]}`;
  const isElsewhere = endpoint !== undefined || isSet("AWS_ENDPOINT_URL_EC2") || isSet("AWS_ENDPOINT_URL");
  // Credentials for a simulator are none of AWS's to see.
  return isElsewhere && !isSet(ownName) ? `the endpoint of EC2 is not AWS's, and ${ownName} is not set` : undefined;
}

/** The package, or nothing where it is not installed. */
export async function installed<T>(load: () => Promise<T>): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND") {
      return undefined;
    }
    throw error;
  }
}

/** How the clients find region and credentials: as that of EC2 does. */
export function clientConfig(region: string, { profile }: GlobalOptions): { region: string; profile?: string } {
  return profile === undefined ? { region } : { region, profile };
}

/** What came of asking: an answer, or why there is none. */
export type OptionalAnswer<T> = { answer: T } | { why: string };

export function whyOf(error: unknown): string {
  const { name, message } = error as { name?: string; message?: string };
  return [name, message].filter((it) => it !== undefined && it !== "" && it !== "Error").join(": ");
}
