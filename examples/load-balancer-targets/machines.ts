import * as pulumi from "@pulumi/pulumi";
import { ManagedInstance } from "pulumi-managed-instance";

const config = new pulumi.Config();

const serveHello = `#!/bin/sh
mkdir -p /srv/www
echo "hello from $(hostname -I)" > /srv/www/index.html
cd /srv/www && exec python3 -m http.server 80
`;

/** One in each subnet. */
export const machines: ManagedInstance[] = [];

for (const [index, subnetId] of config.requireObject<string[]>("subnetIds").entries()) {
  const machine = new ManagedInstance(
    `web-${index + 1}`,
    {
      subnetId,
      securityGroupIds: config.getObject<string[]>("securityGroupIds"),
      imageId: config.require("imageId"),
      instanceType: "m6i.large",
      fallbackInstanceTypes: ["m5.large"],
      market: { lifecycle: "spot" },
      userData: serveHello,
      replacement: { waitFor: "status-ok" },
    },
    // Together with `waitFor`: the next one is not replaced before this one is up again.
    { dependsOn: machines.slice(-1) },
  );
  machines.push(machine);
}
