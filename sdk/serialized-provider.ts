import type { dynamic } from "@pulumi/pulumi";
import type * as handlers from "../provider";

/** Resolved from the program's folder, in the provider process; never in the program. */
const provider = (): typeof handlers => require("pulumi-managed-instance/provider") as typeof handlers;

/**
 * What Pulumi writes into each resource's state, as source text, and runs again at `refresh` and `destroy`.
 *
 * Every method is one `require` of the installed package, so the text is short, holds nothing of the provider's code, and
 * stays the same from one version of the package to the next.
 */
export const serializedProvider: dynamic.ResourceProvider = {
  configure: (request) => provider().configure(request),
  check: (olds, news) => provider().check(olds, news),
  diff: (id, olds, news) => provider().diff(id, olds, news),
  create: (inputs) => provider().create(inputs),
  read: (id, properties) => provider().read(id, properties),
  update: (id, olds, news) => provider().update(id, olds, news),
  delete: (id, properties) => provider().delete(id, properties),
};
