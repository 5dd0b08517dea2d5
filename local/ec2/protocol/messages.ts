/** One request in EC2's query protocol, as it arrives over HTTP or from a client in the same process. */
export interface SimRequest {
  body: string;
  headers?: Record<string, string>;
}

export interface SimReply {
  status: number;
  headers: Record<string, string>;
  body: string;
}
