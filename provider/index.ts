/** What Pulumi calls in the provider process, over the few lines that are serialized into the state. */
import { EngineWatch } from "./engine-watch";
import { PlainFailure } from "./failure";
import { Handlers } from "./handlers";
import { Session, settingsFrom } from "./session";

interface ConfigureRequest {
  config: { get(key: string): string | undefined };
}

const watch = new EngineWatch();
let handlers: Handlers | undefined;

/** Called once in a provider process, before anything else. */
export function configure(request: ConfigureRequest): Promise<void> {
  const settings = settingsFrom((key) => request.config.get(key));
  handlers = new Handlers(new Session(settings, { isAbandoned: watch.isAbandoned }));
  watch.begin();
  return Promise.resolve();
}

function configured(): Handlers {
  if (handlers === undefined) {
    throw new PlainFailure("the provider was called before it was configured; this is a fault of the Pulumi runtime");
  }
  return handlers;
}

export const check: Handlers["check"] = (olds, news) => watch.during(() => configured().check(olds, news));
export const diff: Handlers["diff"] = (id, olds, news) => watch.during(() => configured().diff(id, olds, news));
export const create: Handlers["create"] = (inputs) => watch.during(() => configured().create(inputs));
export const update: Handlers["update"] = (id, olds, news) => watch.during(() => configured().update(id, olds, news));

/** @param properties the recorded outputs; Pulumi leaves them out only for an import, which it does not support here */
export function read(id: string, properties: Record<string, unknown> = {}): ReturnType<Handlers["read"]> {
  return watch.during(() => configured().read(id, properties));
}

function remove(id: string, properties: Record<string, unknown>): Promise<void> {
  return watch.during(() => configured().delete(id, properties));
}

export { remove as delete };
