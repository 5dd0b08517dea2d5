import { existsSync, realpathSync } from "node:fs";
import { createRequire } from "node:module";
import type { dynamic } from "@pulumi/pulumi";
import type * as provider from "../provider";

type Manifest = Partial<Record<"dependencies" | "devDependencies", Record<string, string>>>;

/** If the package cannot be loaded, every call fails; a missing `delete` would count as a successful one. */
function notLoaded(): never {
  const reason =
    "pulumi-managed-instance is not loaded. Unless an earlier error says why, it is installed neither with what the program";
  const advice = "depends on nor in the program's folder, where `npm install pulumi-managed-instance` adds it.";
  throw Object.assign(new Error(`${reason} ${advice}`), { stack: "" });
}

/**
 * The provider object that Pulumi serializes into each resource's state, as source text, and runs again at `refresh` and `destroy`.
 *
 * The text holds nothing of the provider's code but one `require` of the installed package, so the text is short and stays the same
 * from one version of the package to the next, and from one computer to another. The runtime calls `configure` before anything
 * else; `configure` puts the handlers in place at once, because other calls may come meanwhile.
 */
export const serializedProvider: dynamic.ResourceProvider = {
  // Runs in the provider process, in the program's folder (docs/decisions/0050-where-the-package-is-found.md).
  configure(request) {
    const folders = new Set([process.cwd()]);
    for (const folder of folders) {
      const from = createRequire(`${folder}/`);
      try {
        from.resolve("pulumi-managed-instance/provider");
      } catch {
        if (!existsSync(`${folder}/package.json`)) {
          folders.add(realpathSync(`${folder}/..`));
          continue;
        }
        const { dependencies, devDependencies } = from("./package.json") as Manifest;
        for (const name in { ...dependencies, ...devDependencies }) {
          const path = from.resolve.paths(name)?.find((it) => existsSync(`${it}/${name}`));
          folders.add(path === undefined ? folder : realpathSync(`${path}/${name}`));
        }
        continue;
      }
      const { configure } = from("pulumi-managed-instance/provider") as typeof provider;
      Object.assign(this, configure(request));
      return Promise.resolve();
    }
    return notLoaded();
  },
  check: notLoaded,
  diff: notLoaded,
  create: notLoaded,
  read: notLoaded,
  update: notLoaded,
  delete: notLoaded,
};
