/** `doctor` and `iam-policy`: which rights are missing, and what is left over or in the way. */
import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import {
  CreateTagsCommand,
  DeleteLaunchTemplateCommand,
  DisassociateAddressCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from "@aws-sdk/client-ec2";
import type { Statement } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import {
  OPTIONAL_RIGHTS,
  PARTS,
  POLICY_NAMES,
  type PolicyName,
  policyOf,
  policyWith,
} from "../../provider/ec2/policies";
import { program } from "../provider/support";
import { asMadeBefore, later, made, only, quick, somebody, up } from "../provider/world";
import { machineOf } from "../provider/machine";
import { cli, done, json, withEnvironment } from "./support";

/** The rights of the credentials, as the simulator takes them. */
const allowed = (statements: readonly unknown[]): Statement[] => statements as Statement[];

interface Report {
  region: string;
  checks: { kind: "ok" | "note" | "problem"; about: string; what: string; advice: string }[];
}

async function problemsOf(owner: Parameters<typeof cli>[0], ...args: string[]): Promise<Report["checks"]> {
  const ran = await cli(owner, ["doctor", "--json", ...args]);
  const problems = (json(ran) as Report).checks.filter((it) => it.kind === "problem");
  assert.equal(ran.code, problems.length === 0 ? 0 : 1);
  return problems;
}

describe("managed-instance doctor", () => {
  it("finds nothing where nothing is wrong, and has changed nothing", async () => {
    const owner = await up({ elasticIp: true, market: { lifecycle: "spot" } });
    owner.calls();
    const { out } = await done(owner, ["doctor"]);
    assert.deepEqual(owner.calls("mutating"), []);
    assert.match(out[0] ?? "", /^ok {5}credentials: found; .*; region us-east-1$/);
    assert.equal(out.at(-1), "Nothing is wrong.");
    assert.ok(out.some((it) => /^note {3}quotas: not looked at: the endpoint of EC2 is not AWS's/.test(it)));
  });

  it("works where there is no machine yet", async () => {
    const { out } = await done(quick(), ["doctor"]);
    assert.ok(out.some((it) => it.includes("by dry runs, no machine to ask about")));
  });

  const RIGHTS: [PolicyName, string[]][] = (["reader", "operator", "up"] as const).map((name) => [
    name,
    [...new Set(PARTS[name].flatMap((it) => it.Action))].filter((it) => !OPTIONAL_RIGHTS.includes(it)),
  ]);
  /** EC2 has no dry run of these, or they are more than one call. */
  const UNASKED = [
    "ec2:AssignIpv6Addresses",
    "ec2:AssignPrivateIpAddresses",
    "ec2:AssociateIamInstanceProfile",
    "ec2:DescribeIamInstanceProfileAssociations",
    "ec2:DisassociateIamInstanceProfile",
    "ec2:ReplaceIamInstanceProfileAssociation",
    "ec2:UnassignIpv6Addresses",
    "ec2:UnassignPrivateIpAddresses",
  ];

  for (const [policy, rights] of RIGHTS) {
    it(`names each right of the policy ${policy} that is missing, and the policy that has it`, async function () {
      this.timeout(60_000);
      const owner = await up({
        elasticIp: true,
        market: { lifecycle: "spot" },
        iamInstanceProfile: "demo",
        dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 10 }],
      });
      for (const right of rights.filter((it) => !UNASKED.includes(it))) {
        const statements = policyOf("up").Statement.map((it) => ({
          ...it,
          Action: [it.Action].flat().filter((action) => action !== right),
        }));
        owner.simulator.iam.attach(allowed(statements));
        const problems = await problemsOf(owner, "--rights", policy, "web").catch(() => undefined);
        if (problems === undefined) {
          // Without the right to look at the machine, the run ends with an error that names it.
          const { code, err } = await cli(owner, ["doctor", "web"]);
          assert.equal(code, 4);
          assert.ok(err.join().includes(`Allow the action ${right} `), err.join());
          continue;
        }
        const [first, ...others] = problems.filter((it) => it.about === "rights");
        assert.deepEqual(
          [first?.what, first?.advice, others],
          [`${right} is missing`, `\`managed-instance iam-policy ${policyWith(right) ?? ""}\` has it.`, []],
        );
      }
    });
  }

  it("says which rights could not be asked", async () => {
    const owner = await up();
    const { out } = await done(owner, ["doctor", "--rights", "up"]);
    const note = out.find((it) => it.startsWith("note   rights: not checked: no suitable resource exists"));
    assert.ok(note?.includes("ec2:CancelSpotInstanceRequests") && note.includes("ec2:AssignPrivateIpAddresses"), note);
  });

  it("finds what is left of a machine whose record is gone", async () => {
    const owner = await up({ elasticIp: true });
    const { template, instance, eni, eip } = machineOf(owner);
    await somebody(owner).send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: template.launchTemplateId }));
    const problems = await problemsOf(owner);
    assert.deepEqual(
      problems.map((it) => it.what.split(" ")[0]?.replace(",", "")),
      [instance.instanceId, eni.networkInterfaceId, eip?.allocationId],
    );
    for (const { what, advice } of problems) {
      assert.match(what, new RegExp(`is marked as ${template.launchTemplateName}'s, and there is no such record$`));
      assert.match(advice, /`pulumi up` put its record back; if none has: `aws ec2 [a-z-]+ /);
    }
  });

  it("finds an interface that would be deleted with its instance, and an Elastic IP on nothing", async () => {
    const owner = await up({ elasticIp: true });
    const { eni, eip, privateIp } = machineOf(owner);
    const client = somebody(owner);
    await client.send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: eni.networkInterfaceId,
        Attachment: { AttachmentId: eni.attachment?.attachmentId, DeleteOnTermination: true },
      }),
    );
    await client.send(new DisassociateAddressCommand({ AssociationId: eip?.associationId }));
    const whats = (await problemsOf(owner)).map((it) => it.what);
    assert.deepEqual(whats.length, 2, whats.join("\n"));
    assert.match(
      whats[0] ?? "",
      new RegExp(`^${eni.networkInterfaceId} of web .* would be deleted with i-\\w+, and ${privateIp} with it$`),
    );
    assert.match(whats[1] ?? "", new RegExp(`^the Elastic IP ${eip?.publicIp ?? ""} .* is on no network interface$`));
  });

  it("finds an instance on an interface of ours that is none of ours", async () => {
    const owner = await up();
    const { instance } = machineOf(owner);
    await somebody(owner).send(
      new CreateTagsCommand({
        Resources: [instance.instanceId],
        Tags: [{ Key: TAG.id, Value: "mi-00000000000000000" }],
      }),
    );
    const whats = (await problemsOf(owner)).map((it) => it.what);
    assert.ok(
      whats.some((it) => it.startsWith(`${instance.instanceId} holds eni-`) && it.endsWith("none of its instances")),
      whats.join("\n"),
    );
  });

  it("finds volumes that came with an instance and outlive it, with what they cost, and an image that is gone", async () => {
    const owner = await up();
    const { instance, volume } = machineOf(owner);
    const state = owner.simulator.snapshot();
    const kept = { ...volume, attachment: volume.attachment && { ...volume.attachment, deleteOnTermination: false } };
    const left = { ...volume, volumeId: "vol-0a1b2c3d4e5f60718", attachment: undefined };
    owner.simulator.restore({ ...state, volumes: { [kept.volumeId]: kept, [left.volumeId]: left }, images: {} });
    const found = (await problemsOf(owner)).map((it) => it.what);
    assert.equal(found.length, 3, found.join("\n"));
    assert.match(
      found[0] ?? "",
      /^web \(mi-\w+\) could not be brought back if its instance were lost: the image ami-\w+ does not exist/,
    );
    assert.match(
      found[1] ?? "",
      new RegExp(`^${kept.volumeId} \\(8 GiB of gp3, .*\\) came with the image of ${instance.instanceId} `),
    );
    assert.match(
      found[2] ?? "",
      /^vol-0a1b2c3d4e5f60718 \(8 GiB of gp3, about \$0\.64 a month\) came with an instance of web .* that is gone$/,
    );
  });

  it("tells a first `up` that did not get to its end from one that no later run has followed", async () => {
    const owner = await up();
    await asMadeBefore(owner);
    const { instance, template } = machineOf(owner);
    assert.equal(template.tags[TAG.phase], "creating");
    later(owner);
    owner.clock.advance(2 * 3600_000);
    const { out } = await done(owner, ["doctor"]);
    assert.ok(out.some((it) => /^note {3}things: web .* no run of Pulumi has brought its id back since$/.test(it)));
    const world = owner.simulator.snapshot();
    const eni = only(Object.values(world.networkInterfaces));
    assert.deepEqual(Object.keys(world.instances), [instance.instanceId]);
    assert.deepEqual(Object.keys(world.networkInterfaces), [eni.networkInterfaceId]);
    owner.simulator.restore({ ...world, instances: {}, networkInterfaces: {} });
    const [first] = await problemsOf(owner);
    assert.match(first?.what ?? "", /^the first `up` of web .* did not get to its end$/);
  });

  it("says whose credentials they are and looks at quotas, where the clients are there", async () => {
    const owner = await up({ elasticIp: true });
    const server = createServer((request: IncomingMessage, response) => {
      const target = String(request.headers["x-amz-target"] ?? "");
      const json = target.includes("GetServiceQuota");
      response.setHeader("Content-Type", json ? "application/x-amz-json-1.1" : "text/xml");
      response.end(
        json
          ? JSON.stringify({ Quota: { Value: 1 } })
          : `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
              <Arn>arn:aws:iam::123456789012:user/me</Arn><Account>123456789012</Account>
            </GetCallerIdentityResult></GetCallerIdentityResponse>`,
      );
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const env = {
      AWS_ENDPOINT_URL_STS: url,
      AWS_ENDPOINT_URL_SERVICE_QUOTAS: url,
      AWS_ACCESS_KEY_ID: "test",
      AWS_SECRET_ACCESS_KEY: "test",
    };
    await withEnvironment(env, async () => {
      const { out, code } = await cli(owner, ["doctor"]);
      assert.equal(code, 1);
      assert.match(out[0] ?? "", /arn:aws:iam::123456789012:user\/me of the account 123456789012; region us-east-1$/);
      assert.ok(out.includes("FOUND  quotas: EC2-VPC Elastic IPs (L-0263D0A3): 1 of 1"), out.join("\n"));
    });
    server.closeAllConnections();
    server.close();
  });
});

describe("managed-instance iam-policy", () => {
  it("prints a policy that can be attached as it is: the operator's by default", async () => {
    const account = quick();
    for (const name of POLICY_NAMES) {
      const text = (await done(account, ["iam-policy", name])).out.join("\n");
      assert.deepEqual(JSON.parse(text), policyOf(name));
      // IAM's limit on a managed policy, which counts no white space.
      assert.ok(text.replace(/\s/g, "").length <= 6144, name);
      assert.equal(new Set(policyOf(name).Statement.map((it) => it.Sid)).size, policyOf(name).Statement.length);
    }
    const { out } = await done(account, ["iam-policy"]);
    assert.deepEqual(JSON.parse(out.join("\n")), policyOf("operator"));
  });

  it("is enough for what this command line does: the operator's, and the reader's to look", async () => {
    const owner = await up({ elasticIp: true, market: { lifecycle: "spot" } });
    owner.simulator.iam.attach(allowed(policyOf("operator").Statement));
    for (const args of [["pause", "web", "--yes"], ["resume", "web"], ["recycle", "web", "--yes"], ["doctor"]]) {
      await done(owner, args);
      later(owner);
    }
    await owner.refresh();
    machineOf(owner);
    owner.simulator.iam.attach(allowed(policyOf("reader").Statement));
    for (const args of [["list"], ["status"], ["history", "web"], ["doctor", "--rights", "reader"]]) {
      await done(owner, args);
    }
    assert.equal(made(owner).instances.length, 1);
    await owner.up(program({ elasticIp: true, market: { lifecycle: "spot" } }));
  });
});
