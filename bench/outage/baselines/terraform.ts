import type { Baseline, Operator } from "../operator";

/** The waiter of its SDK: after the delay it looks, and then after pauses that double from `minTimeout` up to ten seconds. */
async function stateChange(operator: Operator, instanceId: string, target: string): Promise<void> {
  await operator.sleep(10);
  let pause = 0.1;
  while ((await operator.state(instanceId)) !== target) {
    pause = Math.min(Math.max(pause * 2, 3), 10);
    await operator.sleep(pause);
  }
}

export const terraform: Baseline = {
  name: "terraform-provider-aws",
  source:
    "hashicorp/terraform-provider-aws, internal/service/ec2/ec2_instance.go at 0015dfcd (terminateInstance) and wait.go of the same time (WaitInstanceDeleted, WaitInstanceCreated: Delay 10 s, MinTimeout 3 s); hashicorp/terraform-plugin-sdk, helper/resource/state.go at a1db2af7 (the pauses)",
  assumed: "Terraform begins the creation the moment the deletion has ended",
  replace: async (operator) => {
    await operator.terminate();
    await stateChange(operator, operator.instanceId, "terminated");
    const id = await operator.launch("kept");
    await stateChange(operator, id ?? "", "running");
  },
};
