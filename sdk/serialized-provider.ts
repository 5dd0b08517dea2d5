import type { dynamic } from "@pulumi/pulumi";
import type * as provider from "../provider";

/** If the package cannot be loaded, every call fails; a missing `delete` would count as a successful one. */
function notLoaded(): never {
  throw new Error("pulumi-managed-instance is not loaded; the first error says why. Is it installed in the project?");
}

/**
 * What Pulumi writes into each resource's state, as source text, and runs again at `refresh` and `destroy`.
 *
 * It holds nothing of the provider's code but one `require` of the installed package, so the text is short and stays the same
 * from one version of the package to the next. The runtime calls `configure` before anything else; it puts the handlers in
 * place, at once, because other calls may come meanwhile.
 */
export const serializedProvider: dynamic.ResourceProvider = {
  // Its `require` runs in the provider process and resolves from the program's folder; the program never loads it.
  configure(request) {
    const { configure } = require("pulumi-managed-instance/provider") as typeof provider;
    Object.assign(this, configure(request));
    return Promise.resolve();
  },
  check: notLoaded,
  diff: notLoaded,
  create: notLoaded,
  read: notLoaded,
  update: notLoaded,
  delete: notLoaded,
};
