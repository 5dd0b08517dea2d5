/** The frame around all views, and the choice of the view. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useCallback } from "preact/hooks";
import { announcement } from "../data/announce";
import { lastFleetHash, route } from "../data/router";
import { session } from "../data/store";
import { Fleet } from "./fleet";
import { Header } from "./header";
import { KeysDialog, useKeys } from "./keys";
import { Machine } from "./machine";
import { Notices } from "./notices";
import { NotOpened, Opening, WholePage } from "./whole-page";

export function App(): JSX.Element {
  const isShowingKeys = useSignal(false);
  const showKeys = useCallback(() => {
    isShowingKeys.value = true;
  }, [isShowingKeys]);
  useKeys(showKeys);
  const view = session.value.kind === "open" ? session.value.view : null;
  return (
    <>
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          // The address bar's fragment is the route.
          event.preventDefault();
          document.querySelector<HTMLElement>("h1")?.focus();
        }}
      >
        Skip to content
      </a>
      <Header session={view} onKeys={showKeys} />
      <main id="main">
        {view === null ? null : <Notices />}
        <Content />
      </main>
      {view === null ? null : (
        <footer>
          pulumi-managed-instance {view.version} · This page only looks; it changes nothing. Nothing leaves this
          computer but requests to {view.endpoint === "" ? "AWS" : "the endpoint"}.
        </footer>
      )}
      <div class="unseen" role="status">
        {announcement}
      </div>
      {isShowingKeys.value ? (
        <KeysDialog
          onClose={() => {
            isShowingKeys.value = false;
          }}
        />
      ) : null}
    </>
  );
}

function Content(): JSX.Element {
  const state = session.value;
  if (state.kind === "opening") {
    return <Opening />;
  }
  if (state.kind === "failed") {
    return <NotOpened failure={state.failure} />;
  }
  const shown = route.value;
  switch (shown.view) {
    case "fleet":
      return <Fleet query={shown.query} session={state.view} />;
    case "machine":
      return <Machine key={shown.id} id={shown.id} />;
    case "token":
    case "unknown":
      return (
        <WholePage icon="plain" title="There is no such page">
          <p>
            <a href={lastFleetHash.value}>All machines</a>
          </p>
        </WholePage>
      );
  }
}
