/** Inputs and outputs by name, as they pass between Pulumi and the handlers: not checked yet. */
export type Properties = Readonly<Record<string, unknown>>;
