/** The addresses of a machine, each to copy. They are shown in every state: they stay while the machine is paused. */
import type { JSX } from "preact";
import type { FleetMachine } from "../../cli/console/wire";
import { CopyButton } from "../parts/controls";
import { None, Text } from "../parts/text";

export function Addresses({ machine }: { machine: FleetMachine }): JSX.Element {
  const { privateIp, secondaryPrivateIps, ipv6Addresses, publicIp, allocationId } = machine;
  return (
    <section class="panel card" aria-labelledby="addresses">
      <h2 id="addresses">Addresses</h2>
      <dl class="pairs addresses">
        <Address name="Private IP" values={[privateIp]} />
        <Address name="Public IP" values={[publicIp]} note={publicNote(publicIp, allocationId)} />
        <Address name="Secondary private IPs" values={secondaryPrivateIps} />
        <Address name="IPv6" values={ipv6Addresses} />
      </dl>
    </section>
  );
}

function publicNote(publicIp: string, allocationId: string): string {
  if (publicIp === "") {
    return "";
  }
  return allocationId === "" ? "changes with the instance" : `Elastic IP ${allocationId}`;
}

interface AddressProps {
  name: string;
  values: readonly string[];
  note?: string;
}

function Address({ name, values, note = "" }: AddressProps): JSX.Element {
  const there = values.filter((it) => it !== "");
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {there.length === 0 ? <None /> : null}
        {there.map((it) => (
          <span key={it} class="address">
            <Text value={it} />
            <CopyButton value={it} label={`${name} ${it}`} />
          </span>
        ))}
        {note === "" ? null : (
          <span class="muted note">
            <Text value={note} />
          </span>
        )}
      </dd>
    </div>
  );
}
