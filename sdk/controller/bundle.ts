/** The function's code, from the package that is installed. */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

/** One file with all that it needs, the AWS SDK too: what runs is what was tested. */
export function functionCode(): pulumi.asset.AssetArchive {
  const root = dirname(require.resolve("pulumi-managed-instance/package.json"));
  const file = join(root, "dist/controller/lambda/index.js");
  if (!existsSync(file)) {
    throw new Error(
      `the function's code is not there (${file}); \`npm run build\` in pulumi-managed-instance makes it`,
    );
  }
  return new pulumi.asset.AssetArchive({ "index.js": new pulumi.asset.FileAsset(file) });
}
