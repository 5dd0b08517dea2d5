/** The page begins: it takes the one-time token out of the address bar, and shows the fleet. */
import { render } from "preact";
import "./app.css";
import type { SessionView } from "../cli/console/wire";
import { App } from "./app";
import { follow } from "./live";
import { beginSession, CallFailure, get } from "./server-calls";
import { keepColumns } from "./columns";
import { begin, phase, refusal, session } from "./store";

async function open(): Promise<void> {
  const [, token] = /^#token=([\w-]+)$/.exec(location.hash) ?? [];
  if (token !== undefined) {
    // Neither the history nor whoever looks over a shoulder keeps it.
    history.replaceState(null, "", "#/");
  }
  begin();
  keepColumns();
  try {
    if (token !== undefined) {
      await beginSession(token).catch(async (error: unknown) => {
        // A link that was opened twice is no matter where the browser has its session.
        await get("/api/session").catch(() => {
          throw error;
        });
      });
    }
    session.value = await get<SessionView>("/api/session");
    phase.value = "open";
    await follow();
  } catch (error) {
    refusal.value = error instanceof CallFailure ? error.text : String(error);
    phase.value = "refused";
  }
}

const root = document.getElementById("app");
if (root !== null) {
  render(<App />, root);
  void open();
}
