/** A reply of the server that a view waits for, asked again when what it tells of has changed. */
import { useSignal, type ReadonlySignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { asFailure, ask, type Failure } from "./api";

export interface Loaded<T> {
  isLoading: boolean;
  /** The last reply; it stays while another is awaited, and where that fails. */
  value: T | null;
  failure: Failure | null;
}

const NOTHING = { isLoading: true, value: null, failure: null };

/**
 * @param path of the API; null: nothing is asked
 * @param version asked again whenever it changes
 */
export function useLoaded<T>(path: string | null, version: string): ReadonlySignal<Loaded<T>> {
  const loaded = useSignal<Loaded<T>>(NOTHING);
  useEffect(() => {
    if (path === null) {
      return undefined;
    }
    const aborted = new AbortController();
    loaded.value = { ...loaded.peek(), isLoading: true };
    ask<T>(path, aborted.signal).then(
      (value) => {
        loaded.value = { isLoading: false, value, failure: null };
      },
      (error: unknown) => {
        if (!aborted.signal.aborted) {
          loaded.value = { ...loaded.peek(), isLoading: false, failure: asFailure(error) };
        }
      },
    );
    return () => {
      aborted.abort();
    };
  }, [path, version, loaded]);
  return loaded;
}
