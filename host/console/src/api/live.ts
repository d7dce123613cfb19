// What happens on the host, as it happens: one stream of events for all tabs of the browser, since a browser opens only
// six connections to a host. The tab that holds the lock reads the stream and tells the others.
import { useQueryClient, type Query, type QueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState } from 'react';
import { KINDS } from '../kinds/table';

export interface Happened {
  id: number;
  name: string;
  about: { kind: string; id: string };
  /** The record after it; of notifications, what they say. */
  record?: { to?: string; title?: string; body?: string } | null;
}

type Told = { type: 'event'; event: Happened } | { type: 'up'; up: boolean };

const NAMES = [...Object.keys(KINDS), 'notification'].flatMap((kind) => ['created', 'updated', 'deleted'].map((what) => `${kind}.${what}`));

function read(tell: (told: Told) => void): () => void {
  const source = new EventSource('/api/v1/events');
  const heard = (message: MessageEvent<string>) => tell({ type: 'event', event: JSON.parse(message.data) as Happened });
  for (const name of NAMES) source.addEventListener(name, heard);
  source.onopen = () => tell({ type: 'up', up: true });
  source.onerror = () => tell({ type: 'up', up: false });
  return () => source.close();
}

/** Reads the stream, or listens to the tab that does. */
function follow(tell: (told: Told) => void): () => void {
  if (!('locks' in navigator) || !('BroadcastChannel' in window)) return read(tell);
  const channel = new BroadcastChannel('takt-events');
  const ended = new AbortController();
  channel.onmessage = (message: MessageEvent<Told>) => tell(message.data);
  let close = () => undefined as void;
  const hold = () =>
    new Promise<void>((release) => {
      close = read((told) => {
        tell(told);
        channel.postMessage(told);
      });
      ended.signal.addEventListener('abort', () => release());
    });
  navigator.locks.request('takt-events', { signal: ended.signal }, hold).catch(() => undefined);
  return () => {
    ended.abort();
    close();
    channel.close();
  };
}

/** Reads again what may be stale. A first answer that is still on its way may be older than what happened: the client would
 *  take it for fresh, so it is read once more. */
function reread(client: QueryClient, concerned: (key: readonly unknown[]) => boolean): void {
  const predicate = ({ queryKey }: Query) => concerned(queryKey);
  const underWay = client.getQueryCache().findAll({ predicate, fetchStatus: 'fetching' }).filter(({ state }) => state.data === undefined);
  void client.invalidateQueries({ predicate });
  for (const { queryKey, promise } of underWay) {
    void promise?.then(() => client.invalidateQueries({ queryKey, exact: true }), () => undefined);
  }
}

/** Whether an event may have changed what stands under that key. */
function concerns({ about }: Happened, [what, kind, id, part]: readonly unknown[]): boolean {
  if (what === 'inbox') return about.kind === 'notification';
  if (what === 'find') return kind === about.kind;
  // It may have to do with any record whose timeline is looked at.
  if (what === 'record') return part === 'timeline' || (kind === about.kind && id === about.id);
  return what === 'runs';
}

/** Keeps what is shown in step with the host, and hands on what happens; tells whether the stream is up. */
export function useLive(hear: (happened: Happened) => void): boolean {
  const client = useQueryClient();
  const [up, setUp] = useState(true);
  const hearing = useEffectEvent(hear);
  useEffect(() => {
    return follow((told) => {
      if (told.type === 'event') {
        reread(client, (key) => concerns(told.event, key));
        return hearing(told.event);
      }
      setUp(told.up);
      // What was read before the stream was up may have changed since.
      if (told.up) reread(client, () => true);
    });
  }, [client]);
  return up;
}
