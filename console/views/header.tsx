/** The bar at the top: which region, account and endpoint this is of, and whether what is shown is live. */
import type { JSX } from "preact";
import type { SessionView } from "../../cli/console/wire";
import { lastFleetHash } from "../data/router";
import { fleet, link } from "../data/store";
import { Icon } from "../parts/icons";
import { Ago, Text } from "../parts/text";

export function Header({ session, onKeys }: { session: SessionView | null; onKeys: () => void }): JSX.Element {
  return (
    <header class="bar">
      <a class="brand" href={lastFleetHash.value}>
        <img src="/icon.svg" alt="" width="24" height="24" />
        Managed Instance
      </a>
      {session === null ? null : <Facts session={session} />}
      <div class="bar-end">
        {session === null ? null : <Liveness />}
        <button type="button" class="bar-button" onClick={onKeys}>
          <Icon name="keyboard" />
          Keys
        </button>
      </div>
    </header>
  );
}

function Facts({ session }: { session: SessionView }): JSX.Element {
  const { region, account, whyNoAccount, profile, endpoint, isSimulator, identity } = session;
  return (
    <dl class="facts">
      <Fact name="Region" value={region} />
      {account === "" ? (
        <Fact name="Account" value="not known" title={whyNoAccount} />
      ) : (
        <Fact name="Account" value={account} title={identity} />
      )}
      {profile === "" ? null : <Fact name="Profile" value={profile} />}
      {endpoint === "" ? null : <Fact name="Endpoint" value={endpoint} />}
      {isSimulator ? (
        <div class="fact">
          <dt class="unseen">Kind</dt>
          <dd class="badge">Simulator</dd>
        </div>
      ) : null}
    </dl>
  );
}

function Fact({ name, value, title = "" }: { name: string; value: string; title?: string }): JSX.Element {
  return (
    <div class="fact">
      <dt>{name}</dt>
      <dd title={title === "" ? undefined : title}>
        <Text value={value} most={64} />
      </dd>
    </div>
  );
}

const WORDS = { connecting: "Connecting", live: "Live", lost: "Connection lost", ended: "Ended", expired: "Expired" };

function Liveness(): JSX.Element {
  const { status } = link.value;
  const { at, trouble } = fleet.value;
  const isWell = status === "live" && trouble === null;
  return (
    <p class={`liveness ${isWell ? "is-live" : ""}`}>
      <span class="liveness-dot" aria-hidden="true" />
      {status === "live" && trouble !== null ? "Old data" : WORDS[status]}
      {at === null ? null : (
        <span class="liveness-at">
          {" "}
          · seen <Ago at={at} />
        </span>
      )}
    </p>
  );
}
