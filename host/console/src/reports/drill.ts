// From a figure to the records that it counts.
import type { Listed } from './measures';
import type { Narrow } from './query';

type Where = Record<string, string>;

interface Days {
  /** The first. */
  from: string;
  /** The last. */
  to: string;
}

const escaped = (value: string) => value.replaceAll(',', '\\,');

/** The filters of the list; null where its filters can't name just these records. */
export function recordsOf(listed: Listed | undefined, { user, department, source, pipeline }: Narrow, days: Days, zone: string): Where | null {
  if (!listed || department || pipeline || (source && !listed.sourced)) return null;
  return {
    ...listed.where,
    ...within(listed.day, days, zone),
    ...(user && { [listed.owner]: user }),
    ...(source && { source: escaped(source) }),
  };
}

/** A moment between the beginning of the first day and the end of the last, where the organisation is. */
export function within(field: string, { from, to }: Days, zone: string): Where {
  return { [`${field}.gte`]: begin(from, zone), [`${field}.lt`]: begin(dayAfter(to), zone) };
}

function dayAfter(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

/** When a day begins in a time zone. */
function begin(day: string, zone: string): string {
  const wall = Date.parse(`${day}T00:00:00Z`);
  // The second look is from close by, where the clock may stand otherwise than at UTC's midnight.
  const near = wall - ahead(wall, zone);
  return new Date(wall - ahead(near, zone)).toISOString();
}

/** How far the zone's clock is ahead of UTC at a moment, in milliseconds. */
function ahead(moment: number, zone: string): number {
  const format = new Intl.DateTimeFormat('en', {
    timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
  });
  const parts = Object.fromEntries(format.formatToParts(moment).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts.year ?? 0, (parts.month ?? 1) - 1, parts.day, parts.hour, parts.minute, parts.second) - moment;
}
