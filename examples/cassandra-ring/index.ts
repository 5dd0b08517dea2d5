import * as pulumi from "@pulumi/pulumi";
import { ManagedInstance } from "pulumi-managed-instance";

const config = new pulumi.Config();
const imageId = config.require("imageId"); // with Cassandra installed and not yet enabled
const subnetIds = config.requireObject<string[]>("subnetIds"); // one in each zone: it makes one node
const privateIps = config.getObject<string[]>("privateIps") ?? []; // one for each subnet, or none: EC2 picks them, once

// With addresses of your own the first two are the seeds. Otherwise the first node is, as soon as it has an address.
const seeds: pulumi.Input<string>[] = privateIps.slice(0, 2);
const nodes: ManagedInstance[] = [];

for (const [index, subnetId] of subnetIds.entries()) {
  const node = new ManagedInstance(
    `cassandra-${index + 1}`,
    {
      subnetId,
      privateIp: privateIps[index],
      imageId,
      instanceType: "m7i.large",
      fallbackInstanceTypes: ["m6i.large", "m5.large"],
      market: { lifecycle: "spot" },
      securityGroupIds: config.getObject<string[]>("securityGroupIds"),
      dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: config.getNumber("dataGiB") ?? 100, type: "gp3" }],
      userData: pulumi.all([...seeds]).apply(startCassandra),
    },
    // One after the other: nodes should not join, and must not be replaced, all at once.
    { dependsOn: nodes.slice(-1) },
  );
  if (seeds.length === 0) {
    seeds.push(node.privateIp);
  }
  nodes.push(node);
}

/** Runs at the first boot of every instance, so it finds a volume with data in it most of the time. */
function startCassandra(seedIps: string[]): string {
  return `#!/bin/sh
set -eu
self=$(hostname -I | cut -d' ' -f1)
seeds="${seedIps.join(",")}" # empty on a node that is its own seed

# The volume is attached soon after the start. Only an empty one gets a file system.
until [ -b /dev/sdf ]; do sleep 1; done
blkid /dev/sdf || mkfs.xfs /dev/sdf
mkdir -p /var/lib/cassandra
mount /dev/sdf /var/lib/cassandra
xfs_growfs /var/lib/cassandra
chown cassandra:cassandra /var/lib/cassandra

sed -i "s/- seeds:.*/- seeds: \\"\${seeds:-$self}\\"/; s/^listen_address:.*/listen_address: $self/" /etc/cassandra/conf/cassandra.yaml
systemctl enable --now cassandra
`;
}

export const addresses = nodes.map((node) => node.privateIp);
export const instanceIds = nodes.map((node) => node.instanceId);
export const dataVolumeIds = nodes.map((node) => node.dataVolumeIds);
