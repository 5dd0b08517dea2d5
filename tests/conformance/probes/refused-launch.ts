import type { RunInstancesCommandInput } from "@aws-sdk/client-ec2";
import { type Probe, refuses, source } from "../probe";
import type { Scene } from "../scene";

const { api } = source;
export const runInstancesPage = api("RunInstances");

type Launch = Partial<RunInstancesCommandInput>;
type Wanted = Launch | ((scene: Scene) => Launch | Promise<Launch>);

/** A launch that is refused, whatever else is there. */
export function refusedLaunch(
  id: string,
  title: string,
  wanted: Wanted,
  why: { code: string; source?: string; status?: number },
): Omit<Probe, "area"> {
  return refuses({
    id: `launches.${id}`,
    title,
    source: why.source ?? runInstancesPage,
    setUp: async (scene) => (typeof wanted === "function" ? await wanted(scene) : wanted),
    call: (scene, launch) => scene.launch(launch),
    code: why.code,
    status: why.status,
  });
}
