// Finding records by a few words. The API filters by exact values: a number, an address and a phone are asked for so;
// other words are looked for in the newest records.
import { find, type AnyRecord, type Params } from './records';
import type { KindName } from '../kinds/table';

const PAGE = 200;
const PAGES = 5;
/** How many records other words are looked for in. */
export const SEARCHED = PAGE * PAGES;

const BY_EMAIL: KindName[] = ['lead', 'contact', 'user'];
const BY_PHONE: KindName[] = ['lead', 'contact', 'call'];
const UNNUMBERED: KindName[] = ['invoice', 'user', 'department', 'pipeline', 'work_calendar', 'organisation', 'form'];

export interface Found {
  items: AnyRecord[];
  /** Not all records were looked at. */
  cut: boolean;
}

function exact(kind: KindName, text: string): Params | null {
  const number = /^[№#]?\s*(\d{1,9})$/.exec(text)?.[1];
  if (number && kind === 'invoice') return { invoice_number: number };
  if (number && !UNNUMBERED.includes(kind)) return { number };
  if (/^\S+@\S+$/.test(text) && BY_EMAIL.includes(kind)) return { email: text.toLowerCase() };
  const phone = text.replace(/[\s()-]/g, '');
  if (/^\+\d{6,15}$/.test(phone) && BY_PHONE.includes(kind)) return { phone };
  return null;
}

function contains(record: AnyRecord, words: string[]): boolean {
  const text = Object.values(record)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter((value) => typeof value === 'string')
    .join('\n')
    .toLowerCase();
  return words.every((word) => text.includes(word));
}

export async function search(kind: KindName, text: string, more: Params, signal?: AbortSignal): Promise<Found> {
  const query = text.trim();
  const known = exact(kind, query);
  if (known) {
    const { items } = await find(kind, { ...more, ...known, limit: PAGE }, signal);
    if (items.length > 0) return { items, cut: false };
  }
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const items: AnyRecord[] = [];
  let after: string | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const found = await find(kind, { sort: '-created_at', ...more, limit: PAGE, after }, signal);
    items.push(...found.items.filter((record) => contains(record, words)));
    after = found.next ?? undefined;
    if (!after) return { items, cut: false };
  }
  return { items, cut: true };
}
