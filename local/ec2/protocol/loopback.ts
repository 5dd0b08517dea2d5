/** The names under which a machine reaches itself and nobody else. */
const LOOPBACK = ["127.0.0.1", "localhost", "::1", "[::1]"];

export function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host.toLowerCase());
}
