/** The fleet view where there is no machine: how to make the first one. */
import type { JSX } from "preact";
import { CodeBlock } from "../parts/controls";
import { Text } from "../parts/text";

const PROGRAM = `import { ManagedInstance } from "pulumi-managed-instance";

export const db = new ManagedInstance("db", {
  subnetId: "subnet-…",
  imageId: "ami-…",
  instanceType: "m7i.large",
  elasticIp: true, // or leave it out
});`;

export function Empty({ region }: { region: string }): JSX.Element {
  return (
    <section class="panel empty" aria-labelledby="empty-title">
      <h2 id="empty-title">
        There is no managed instance in <Text value={region} /> yet
      </h2>
      <ol class="steps">
        <li>
          <p>In a Pulumi project (TypeScript or JavaScript, npm), install the package:</p>
          <CodeBlock code="npm install pulumi-managed-instance" label="the command that installs the package" />
        </li>
        <li>
          <p>Declare a machine in the program:</p>
          <CodeBlock code={PROGRAM} label="the program" />
        </li>
        <li>
          <p>Preview it, then make it. It appears here by itself.</p>
          <CodeBlock code="pulumi up" label="the command that makes the machine" />
        </li>
      </ol>
      <p class="muted">
        Is it in another region or account? This console shows one region: run it again with <code>--region</code> or{" "}
        <code>--profile</code>.
      </p>
    </section>
  );
}
