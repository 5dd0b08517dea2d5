import * as pulumi from "@pulumi/pulumi";
import { ManagedInstance } from "pulumi-managed-instance";

const config = new pulumi.Config();

// As in https://docs.aws.amazon.com/vpc/latest/userguide/work-with-nat-instances.html, on Amazon Linux 2023. The Elastic IP
// is there before the instance is, so that it can install at once.
const forwardPackets = `#!/bin/sh
set -eu
echo 'net.ipv4.ip_forward = 1' > /etc/sysctl.d/90-nat.conf
sysctl -p /etc/sysctl.d/90-nat.conf
dnf install -y iptables-services
systemctl enable --now iptables
outside=$(ip -o -4 route show to default | sed 's/.* dev \\([^ ]*\\).*/\\1/' | head -n 1)
iptables -t nat -A POSTROUTING -o "$outside" -j MASQUERADE
iptables -F FORWARD
iptables-save > /etc/sysconfig/iptables
`;

/** In a public subnet; `securityGroupIds` must let in what the private subnets send. */
export const nat = new ManagedInstance("nat", {
  subnetId: config.require("subnetId"),
  elasticIp: true,
  sourceDestCheck: false, // else EC2 drops whatever is neither from nor to this machine
  securityGroupIds: config.getObject<string[]>("securityGroupIds"),
  imageId: config.require("imageId"),
  instanceType: config.get("instanceType") ?? "t3.small",
  userData: forwardPackets,
});
