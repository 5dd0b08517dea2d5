/** What passes between Pulumi and the handlers: inputs and outputs by name, not looked at yet. */
export type Properties = Readonly<Record<string, unknown>>;
