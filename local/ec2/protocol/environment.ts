/** How a process finds a simulator, by environment variables. */
import { devNull } from "node:os";

/** The variables that an SDK and the provider need, and no others: no account is to be found in files or at the metadata service. */
export function nothingBut(url: string, timeScale: number): Record<string, string> {
  return {
    ...at(url, timeScale),
    // A profile goes before the keys, and may be that of who runs this. (The AWS SDK takes an empty one for none.)
    AWS_PROFILE: "",
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: "true",
  };
}

/** The variables that a user's shell needs, for the AWS CLI too. */
export function pointedAt(url: string, timeScale: number): Record<string, string> {
  return { ...at(url, timeScale), AWS_DEFAULT_REGION: "us-east-1" };
}

function at(url: string, timeScale: number): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_EC2: url,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    MANAGED_INSTANCE_TIME_SCALE: String(timeScale),
  };
}
