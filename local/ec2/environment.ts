/** How a process finds a simulator, by environment variables. */
import { devNull } from "node:os";

/** What the AWS CLI, any SDK and the provider need to be pointed at it. */
export function pointedAt(url: string, timeScale: number): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_EC2: url,
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    MANAGED_INSTANCE_TIME_SCALE: String(timeScale),
  };
}

/** The same, and there is no account to be found: neither in files nor at the metadata service. */
export function nothingBut(url: string, timeScale: number): Record<string, string> {
  return {
    ...pointedAt(url, timeScale),
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: "true",
  };
}
