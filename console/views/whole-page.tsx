/** Views in place of the page's content: loading, no session, no server, no such machine, nothing known yet. */
import type { ComponentChildren, JSX } from "preact";
import { tryNow } from "../data/store";
import type { Failure } from "../data/api";
import { CodeBlock } from "../parts/controls";
import { ViewHeading } from "../parts/heading";
import { Icon, type IconName } from "../parts/icons";
import { Sentence } from "../parts/text";
import { COMMAND } from "./notices";

interface Props {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
}

export function WholePage({ icon, title, children }: Props): JSX.Element {
  return (
    <div class={`whole-page whole-${icon}`}>
      <Icon name={icon} />
      <ViewHeading title={title}>{title}</ViewHeading>
      {children}
    </div>
  );
}

export function Opening(): JSX.Element {
  return (
    <div class="whole-page" role="status">
      <Icon name="busy" />
      <p>Opening the console…</p>
    </div>
  );
}

/** The page could not be opened at all. */
export function NotOpened({ failure }: { failure: Failure }): JSX.Element {
  if (failure.code === "bad-session") {
    return (
      <WholePage icon="warning" title="This session is over">
        <p>
          <Sentence text={failure.message} />
        </p>
        <p>Run the command again, and open the address that it prints. An address works once, within 60 seconds.</p>
        <CodeBlock code={COMMAND} label="the command" />
      </WholePage>
    );
  }
  const isGone = failure.code === "gone";
  return (
    <WholePage icon="bad" title={isGone ? "The console's server does not answer" : "The console could not be opened"}>
      <p>
        {isGone ? (
          <>
            It runs as long as <code>{COMMAND}</code> does in its terminal. If that has ended, run it again and open the
            address that it prints.
          </>
        ) : (
          <Sentence text={failure.message} />
        )}
      </p>
      <button type="button" class="button button-main" onClick={tryNow}>
        Try again
      </button>
    </WholePage>
  );
}
