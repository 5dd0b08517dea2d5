/** The view that the address bar names. */
import { effect, signal } from "@preact/signals";
import { fleetHash, routeOf, type FleetQuery, type Route } from "../model/routes";

export const route = signal<Route>(routeOf(location.hash));

/** The fleet's hash as it was last, so that the way back keeps the filter. */
export const lastFleetHash = signal("#/");

effect(() => {
  if (route.value.view === "fleet") {
    lastFleetHash.value = fleetHash(route.value.query);
  }
});

export function followAddressBar(onToken: (token: string) => void): void {
  window.addEventListener("hashchange", () => {
    const next = routeOf(location.hash);
    if (next.view === "token") {
      cleanAddressBar();
      onToken(next.token);
    } else {
      route.value = next;
    }
  });
}

/** Takes the token out of the address bar and of the history. */
export function cleanAddressBar(): void {
  history.replaceState(null, "", "#/");
  route.value = routeOf("#/");
}

/** Changes the choice of rows in place: each letter of a filter is no step of the history. */
export function choose(query: FleetQuery): void {
  history.replaceState(null, "", fleetHash(query));
  route.value = { view: "fleet", query };
}
