/**
 * The content of a reply. EC2 names each list `…Set` and each of its entries `item`, so an array is written as items; an
 * undefined value is left out. `repeated` is for the few lists whose entries have another name.
 */
export type Xml =
  string | number | boolean | Date | undefined | Repeated | readonly Xml[] | { readonly [name: string]: Xml };

export type XmlObject = Readonly<Record<string, Xml>>;

export class Repeated {
  constructor(
    readonly name: string,
    readonly values: readonly Xml[],
  ) {}
}

export function repeated(name: string, values: readonly Xml[]): Repeated {
  return new Repeated(name, values);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\r": "&#xD;",
};

function escape(text: string): string {
  return text.replace(/[&<>"\r]/g, (character) => ENTITIES[character] ?? character);
}

function content(value: Xml): string {
  if (typeof value === "string") return escape(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Repeated) return value.values.map((entry) => element(value.name, entry)).join("");
  if (isList(value)) return value.map((entry) => element("item", entry)).join("");
  if (typeof value !== "object") return String(value);
  let text = "";
  for (const name in value) text += element(name, value[name]);
  return text;
}

function isList(value: Xml): value is readonly Xml[] {
  return Array.isArray(value);
}

function element(name: string, value: Xml): string {
  return value === undefined ? "" : `<${name}>${content(value)}</${name}>`;
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/";

export function renderReply(action: string, requestId: string, reply: XmlObject): string {
  return `${DECLARATION}<${action}Response xmlns="${NAMESPACE}">${content({ requestId, ...reply })}</${action}Response>`;
}

export function renderError(code: string, message: string, requestId: string): string {
  const errors = repeated("Error", [{ Code: code, Message: message }]);
  return `${DECLARATION}${element("Response", { Errors: errors, RequestID: requestId })}`;
}
