/** What the function is called in which Pulumi's runtime marks its promises. */
const MARKS = "debuggablePromise";

/** The function that spells out a stack trace, where one is set: Pulumi sets one that applies source maps. */
const traces: { prepareStackTrace?: (error: Error, frames: NodeJS.CallSite[]) => unknown } = Error;

/**
 * From now until the returned function is called, the runtime's promises are marked with no stack trace.
 *
 * It makes four of them for each property of a resource and spells out the trace of each, by the source maps of all that is
 * loaded: five sixths of the time that a program takes for a managed instance. They are shown only where
 * `PULUMI_DEBUG_PROMISE_LEAKS` asks for them. Every other trace stays as it is.
 */
export function withoutPromiseTraces(): () => void {
  const { prepareStackTrace: spellOut } = traces;
  if (spellOut === undefined || process.env.PULUMI_DEBUG_PROMISE_LEAKS) {
    return () => undefined;
  }
  traces.prepareStackTrace = (error, frames) =>
    frames[0]?.getFunctionName() === MARKS ? String(error) : spellOut(error, frames);
  return () => {
    traces.prepareStackTrace = spellOut;
  };
}
