/** Entry point of the page. */
import "./styles/app.css";
import { render } from "preact";
import { startClock } from "./data/clock";
import { cleanAddressBar, followAddressBar, route } from "./data/router";
import { enter } from "./data/store";
import { App } from "./views/app";

function start(): void {
  const root = document.getElementById("app");
  if (root === null) {
    return;
  }
  startClock();
  followAddressBar((token) => void enter(token));
  const first = route.peek();
  if (first.view === "token") {
    cleanAddressBar();
    void enter(first.token);
  } else {
    void enter();
  }
  render(<App />, root);
}

start();
