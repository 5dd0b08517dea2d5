/** Entry point of the provider process. The stub stored in Pulumi's state calls {@link configure}. */
import { EngineWatch } from "./engine-watch";
import { Handlers } from "./handlers";
import { Session, settingsFrom } from "./session";

interface ConfigureRequest {
  config: { get(key: string): string | undefined };
}

type Bound = Pick<Handlers, "check" | "diff" | "create" | "read" | "update" | "delete">;

/**
 * The handlers of the dynamic provider, for one stack.
 *
 * @param request the stack's config; `aws:region`, `aws:profile` and the `ec2` of `aws:endpoints` are read
 */
export function configure(request: ConfigureRequest): Bound {
  const watch = EngineWatch.ofProcess();
  const settings = settingsFrom((key) => request.config.get(key));
  const { isAbandoned, cancelled } = watch;
  const handlers = new Handlers(new Session(settings, { isAbandoned, cancelled }));
  return {
    check: (olds, news) => watch.during(() => handlers.check(olds, news)),
    diff: (id, olds, news) => watch.during(() => handlers.diff(id, olds, news)),
    create: (inputs) => watch.during(() => handlers.create(inputs)),
    read: (id, properties) => watch.during(() => handlers.read(id, properties)),
    update: (id, olds, news) => watch.during(() => handlers.update(id, olds, news)),
    delete: (id, properties) => watch.during(() => handlers.delete(id, properties)),
  };
}
