/** Notices of what is wrong with the connection, with EC2, or with rights; the views stay as they are below. */
import type { JSX } from "preact";
import { useComputed } from "@preact/signals";
import { now } from "../data/clock";
import { fleet, link, tryNow } from "../data/store";
import type { Trouble } from "../../cli/console/wire";
import { missingRights } from "../model/fleet";
import { counted, troubleWords } from "../model/words";
import { CodeBlock, Notice } from "../parts/controls";
import { Ago, Sentence, Text } from "../parts/text";

export const COMMAND = "managed-instance console";

export function Notices(): JSX.Element {
  const { trouble, at, machines } = fleet.value;
  return (
    <div class="notices">
      <LinkNotice />
      {trouble !== null && at !== null ? <TroubleNotice trouble={trouble} at={at} /> : null}
      <RightsNotice machines={[...machines.values()]} />
    </div>
  );
}

function LinkNotice(): JSX.Element | null {
  const { status } = link.value;
  const since = new Date(link.value.since).toISOString();
  switch (status) {
    case "connecting":
    case "live":
      return null;
    case "expired":
      return (
        <Notice tone="bad" title="The session has expired">
          <p>
            The server does not know this browser any more. Run the command again, and open the address that it prints.
          </p>
          <CodeBlock code={COMMAND} label="the command" />
        </Notice>
      );
    case "lost":
    case "ended":
      return (
        <Notice
          tone="bad"
          title={status === "ended" ? "The console was ended" : "The console's server is gone"}
          action={<TryNow />}
        >
          <p>
            {status === "ended" ? "It was ended in its terminal " : "Nothing has come from it since "}
            <Ago at={since} />. What is shown is old. If its terminal is closed, run <code>{COMMAND}</code> again.{" "}
            <NextTry />
          </p>
        </Notice>
      );
  }
}

function NextTry(): JSX.Element {
  const text = useComputed(() => {
    const { nextTryAt } = link.value;
    const seconds = nextTryAt === null ? 0 : Math.ceil((nextTryAt - now.value) / 1000);
    return seconds <= 0 ? "Trying again now." : `Trying again in ${seconds} s.`;
  });
  return <>{text}</>;
}

function TryNow(): JSX.Element {
  return (
    <button type="button" class="button" onClick={tryNow}>
      Try now
    </button>
  );
}

export function TroubleNotice({ trouble, at }: { trouble: Trouble; at: string | null }): JSX.Element {
  const { title, advice } = troubleWords(trouble.kind);
  return (
    <Notice tone={trouble.kind === "throttled" ? "warning" : "bad"} title={title}>
      <p>
        <Sentence text={trouble.text} />
      </p>
      <p>
        <Sentence text={advice} />
      </p>
      <p class="muted">
        Since <Ago at={trouble.since} />.{" "}
        {at === null ? null : (
          <>
            Shown: EC2&apos;s answer of <Ago at={at} />.{" "}
          </>
        )}
        The next look comes within {fleet.value.periodSeconds} s.
      </p>
    </Notice>
  );
}

function RightsNotice({ machines }: { machines: Parameters<typeof missingRights>[0] }): JSX.Element | null {
  const missing = [...missingRights(machines)];
  if (missing.length === 0) {
    return null;
  }
  return (
    <Notice tone="warning" title={missing.length === 1 ? "A right is missing" : "Rights are missing"}>
      <ul>
        {missing.map(([right, count]) => (
          <li key={right}>
            Without{" "}
            <code>
              <Text value={right} />
            </code>
            , {counted(count, "machine is", "machines are")} not seen whole.
          </li>
        ))}
      </ul>
      <p>
        <Sentence text={troubleWords("denied").advice} />
      </p>
    </Notice>
  );
}
