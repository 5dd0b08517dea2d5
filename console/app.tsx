/** The frame of all views: where one is, what is wrong, and the view. */
import { useEffect, useRef } from "preact/hooks";
import type { SessionView } from "../cli/console/wire";
import { FleetScreen } from "./fleet-screen";
import { keys } from "./keys";
import { MachineScreen } from "./machine-screen";
import { Notice, Sentence, Time } from "./parts";
import { link, lookedAt, phase, refusal, route, session, trouble } from "./store";

const TITLES: Readonly<Record<string, string>> = {
  "no-credentials": "There are no usable AWS credentials",
  denied: "A right is missing",
  throttled: "EC2 throttles this account",
  unreachable: "EC2 does not answer",
  failed: "The last look failed",
};

export function App() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => keys(() => dialog.current?.showModal()), []);
  return (
    <>
      <a class="skip" href="#main" onClick={skip}>
        To the content
      </a>
      <Header onHelp={() => dialog.current?.showModal()} />
      <main id="main" tabIndex={-1}>
        <Troubles />
        {phase.value === "refused" ? (
          <Refused />
        ) : phase.value === "starting" ? (
          <p class="loading" role="status">
            Opening the console …
          </p>
        ) : route.value.view === "fleet" ? (
          <FleetScreen route={route.value} />
        ) : (
          <MachineScreen key={route.value.id} id={route.value.id} />
        )}
      </main>
      <dialog ref={dialog} aria-labelledby="keys-title">
        <h2 id="keys-title">Keys</h2>
        <dl class="keys">
          <dt>
            <kbd>/</kbd>
          </dt>
          <dd>filter the machines</dd>
          <dt>
            <kbd>g</kbd>
          </dt>
          <dd>go to the fleet</dd>
          <dt>
            <kbd>?</kbd>
          </dt>
          <dd>these keys</dd>
        </dl>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}

/** The hash is the route: the link moves the focus, and not the address. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function Header({ onHelp }: { onHelp: () => void }) {
  return (
    <header class="top">
      <a class="brand" href="#/">
        <img src="/icon.svg" alt="" width="24" height="24" /> Managed instances
      </a>
      {session.value !== undefined && <Place view={session.value} />}
      <button type="button" class="plain help" aria-label="Keys" onClick={onHelp}>
        ?
      </button>
    </header>
  );
}

function Place({ view: { region, account, identity, whyUnknown, profile, endpoint } }: { view: SessionView }) {
  return (
    <ul class="place" aria-label="Where">
      <li>{region}</li>
      <li title={identity === "" ? whyUnknown : identity}>
        {account === "" ? "account not known" : `account ${account}`}
      </li>
      {profile !== "" && <li>profile {profile}</li>}
      {endpoint !== "" && (
        <li class="badge" title={`EC2 is asked at ${endpoint}`}>
          not AWS: {endpoint}
        </li>
      )}
    </ul>
  );
}

function Troubles() {
  const found = trouble.value;
  const age =
    lookedAt.value === null ? undefined : (
      <p>
        What is shown is from <Time at={lookedAt.value} />.
      </p>
    );
  return (
    <>
      {link.value === "ended" && phase.value !== "refused" && (
        <Notice tone="bad" title="The console was ended">
          <p>
            <Sentence>Run `managed-instance console` again, and open the link that it prints.</Sentence>
          </p>
          {age}
        </Notice>
      )}
      {link.value === "lost" && (
        <Notice tone="warn" title="The connection to the console is lost">
          <p>It is tried again.</p>
          {age}
        </Notice>
      )}
      {found !== null && (
        <Notice tone={found.kind === "throttled" ? "warn" : "bad"} title={TITLES[found.kind] ?? found.kind}>
          <p>
            <Sentence>{found.text}</Sentence>
          </p>
          <p>
            Since <Time at={found.since} />; it is tried on.
          </p>
          {age}
        </Notice>
      )}
    </>
  );
}

function Refused() {
  return (
    <Notice tone="bad" title="This browser may not see the console">
      <p>
        <Sentence>{refusal.value}</Sentence>
      </p>
    </Notice>
  );
}
