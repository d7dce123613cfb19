// Finding records by a few words: the host looks for them, by the beginnings of words and the ends of telephone numbers.
import { api, done } from './client';
import { find, type AnyRecord, type Params } from './records';
import type { KindName } from '../kinds/table';

/** How many records are shown of those that have the words. */
export const SHOWN = 200;

export interface Found {
  items: AnyRecord[];
  /** There are more than are shown. */
  cut: boolean;
}

/** Signs alone are no words. */
const hasWords = (text: string) => /[\p{L}\p{N}]/u.test(text);

/** Records of a kind, the newest first. */
export async function search(kind: KindName, text: string, more: Params, signal?: AbortSignal): Promise<Found> {
  if (!hasWords(text)) return { items: [], cut: false };
  const page = await find(kind, { sort: '-created_at', ...more, q: text.trim(), limit: SHOWN }, signal);
  return { items: page.items, cut: Boolean(page.next) };
}

/** The newest records of every kind. */
export async function searchAll(text: string, signal?: AbortSignal): Promise<AnyRecord[]> {
  if (!hasWords(text)) return [];
  const found = await done(api.GET('/api/v1/search', { params: { query: { q: text.trim() } }, signal }));
  return found.items as unknown as AnyRecord[];
}
