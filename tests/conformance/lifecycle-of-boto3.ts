import { spawn } from "node:child_process";
import { join } from "node:path";

import { startServer, WELL_KNOWN } from "../../local/ec2";

/** boto3 takes the simulator for EC2, from the first call to the last; gives the lines that it printed. */
export async function lifeCycleOfBoto3(python: string): Promise<{ ok: boolean; lines: string[] }> {
  // Fast enough that waiters, which look once a second, wait no longer than that.
  const server = await startServer({ port: 0, timeScale: 200 });
  try {
    const script = join(__dirname, "lifecycle_of_boto3.py");
    return await run(python, [script, server.url, WELL_KNOWN.subnetA, WELL_KNOWN.imageV1]);
  } finally {
    await server.close();
  }
}

function run(command: string, args: string[]): Promise<{ ok: boolean; lines: string[] }> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], timeout: 120_000, env: cleanEnv() });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
      });
    }
    child.once("error", fail);
    child.once("close", (code) => {
      done({ ok: code === 0, lines: output.trim().split("\n") });
    });
  });
}

/** Nothing of the user's own AWS settings counts. */
function cleanEnv(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_"));
  return { ...Object.fromEntries(kept), AWS_EC2_METADATA_DISABLED: "true", AWS_CONFIG_FILE: "/dev/null" };
}
