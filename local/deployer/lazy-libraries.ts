/**
 * A preload of the processes of Pulumi's Node runtime. At each start the runtime loads the TypeScript compiler and npm's arborist, which
 * takes more than half of the start, and only the serializer of closures uses them: here each is loaded at its first use.
 */
import Module from "node:module";
import { sep } from "node:path";

interface Loader {
  _load: (request: string, parent: NodeJS.Module | undefined, isMain: boolean) => object;
  _resolveFilename: (request: string, parent: NodeJS.Module | undefined, isMain: boolean) => string;
}

const LAZY: ReadonlySet<string> = new Set(["typescript", "@npmcli/arborist"]);
const RUNTIME = ["", "@pulumi", "pulumi", ""].join(sep);

const loader = Module as unknown as Loader;
const load = loader._load.bind(Module);

/** An object that looks like the module, and loads the module when a member is asked for. */
function deferred(load: () => object): object {
  let loaded: object | undefined;
  return new Proxy(
    {},
    {
      // The runtime's `import * as` then takes the object as it is, and copies no members.
      get: (_, name) => (name === "__esModule" ? true : (Reflect.get((loaded ??= load()), name) as unknown)),
      has: (_, name) => Reflect.has((loaded ??= load()), name),
    },
  );
}

loader._load = (request, parent, isMain) => {
  if (!LAZY.has(request) || parent?.filename.includes(RUNTIME) !== true) return load(request, parent, isMain);
  // The runtime has something else in place of a module that is not installed: that error is thrown at once.
  loader._resolveFilename(request, parent, isMain);
  return deferred(() => load(request, parent, isMain));
};
