// What reports tell, measure by measure: where it stands in the figures, how it is written, and where what it counts is
// listed. A new figure of the API is one entry here, and its word in the dictionaries.
import type { Schemas } from '../api/client';
import type { Money, Speech } from '../i18n';
import type { KindName } from '../kinds/table';

export type Figures = Schemas['Figures'];
/** A count, seconds, sums in their currencies, or nothing where nothing was measured. */
export type Amount = number | Money[] | null | undefined;

export interface Measure {
  /** Its word in the dictionaries. */
  name: string;
  unit: 'count' | 'seconds' | 'money';
  of: (figures: Figures) => Amount;
  /** Which way is better; absent where neither is. */
  better?: 'more' | 'less';
  listed?: Listed;
}

/** The list of just the records that a measure counts, where the API's filters can name them. */
export interface Listed {
  kind: KindName;
  /** The field that names whose they are. */
  owner: string;
  /** The field that lies in the period. */
  day: string;
  where?: Record<string, string>;
  /** They bear their source. */
  sourced?: boolean;
}

const count = (name: string, of: Measure['of'], better?: Measure['better'], listed?: Listed): Measure => ({ name, unit: 'count', of, better, listed });
const money = (name: string, of: Measure['of'], better?: Measure['better']): Measure => ({ name, unit: 'money', of, better });
const seconds = (name: string, of: Measure['of']): Measure => ({ name, unit: 'seconds', of, better: 'less' });

const calls = (where: Record<string, string>): Listed => ({ kind: 'call', owner: 'user', day: 'started_at', where });

export interface Section {
  /** Its kind: the word over it. */
  kind: KindName;
  measures: readonly Measure[];
}

export const SECTIONS: readonly Section[] = [
  {
    kind: 'lead',
    measures: [
      count('received', ({ leads }) => leads.received, 'more', { kind: 'lead', owner: 'owner', day: 'created_at', sourced: true }),
      count('accepted', ({ leads }) => leads.accepted, 'more'),
      count('converted', ({ leads }) => leads.converted, 'more'),
      count('rejected', ({ leads }) => leads.rejected, 'less'),
      seconds('accept_median', ({ leads }) => leads.time_to_accept?.median),
      seconds('accept_p90', ({ leads }) => leads.time_to_accept?.p90),
      seconds('process_median', ({ leads }) => leads.time_to_process?.median),
      seconds('process_p90', ({ leads }) => leads.time_to_process?.p90),
    ],
  },
  {
    kind: 'deal',
    measures: [
      count('won', ({ deals }) => deals.won, 'more'),
      money('won_amount', ({ deals }) => deals.amount, 'more'),
      count('lost', ({ deals }) => deals.lost, 'less'),
      count('contracts', ({ contracts }) => contracts, 'more'),
    ],
  },
  {
    kind: 'invoice',
    measures: [
      count('issued', ({ invoices }) => invoices.issued, 'more'),
      money('issued_amount', ({ invoices }) => invoices.issued_amount, 'more'),
      count('paid', ({ invoices }) => invoices.paid, 'more'),
      money('paid_amount', ({ invoices }) => invoices.paid_amount, 'more'),
      count('overdue', ({ invoices }) => invoices.overdue, 'less'),
      money('overdue_amount', ({ invoices }) => invoices.overdue_amount, 'less'),
    ],
  },
  {
    kind: 'call',
    measures: [
      count('incoming', (figures) => figures.calls.incoming, undefined, calls({ direction: 'in', status: 'ringing,answered,ended' })),
      count('outgoing', (figures) => figures.calls.outgoing, undefined, calls({ direction: 'out' })),
      count('missed', (figures) => figures.calls.missed, 'less', calls({ direction: 'in', status: 'missed' })),
    ],
  },
  {
    kind: 'task',
    measures: [
      count('tasks_done', ({ tasks }) => tasks.done, 'more'),
      count('tasks_overdue', ({ tasks }) => tasks.overdue, 'less'),
    ],
  },
];

export const MEASURES: readonly Measure[] = SECTIONS.flatMap(({ measures }) => measures);

export function written(measure: Measure, amount: Amount, speech: Speech): string {
  if (amount === null || amount === undefined) return speech.w.none;
  if (Array.isArray(amount)) return amount.length ? amount.map((sum) => speech.money(sum)).join(' · ') : speech.w.none;
  return measure.unit === 'seconds' ? speech.span(amount) : speech.number(amount);
}

/** The one number of an amount, in a currency where it is of sums. */
export function size(amount: Amount, currency?: string): number {
  if (Array.isArray(amount)) return amount.find((sum) => sum.currency === currency)?.minor ?? 0;
  return amount ?? 0;
}

/** How much it changed, where it was something before and all of it is in one currency. */
export function change(now: Amount, before: Amount): number | null {
  const currencies = new Set([now, before].flatMap((amount) => (Array.isArray(amount) ? amount.map((sum) => sum.currency) : [])));
  if (currencies.size > 1 || now === null || now === undefined) return null;
  const [currency] = currencies;
  const was = size(before, currency);
  return was > 0 ? (size(now, currency) - was) / was : null;
}
