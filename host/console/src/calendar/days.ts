// Days as people have them: in the browser's time zone, weeks from Monday.

export const HOURS = 24;
const DAY = 86_400_000;

/** `2026-03-29` of that day. */
export function keyOf(day: Date): string {
  const part = (value: number) => String(value).padStart(2, '0');
  return `${day.getFullYear()}-${part(day.getMonth() + 1)}-${part(day.getDate())}`;
}

/** The beginning of that day; of today where the key is none. */
export function dayOf(key: string | undefined): Date {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(key ?? '');
  const now = new Date();
  const day = found ? new Date(Number(found[1]), Number(found[2]) - 1, Number(found[3])) : now;
  return new Date(day.getFullYear(), day.getMonth(), day.getDate());
}

/** So many days later: days are not all of 24 hours. */
export function later(day: Date, days: number): Date {
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + days);
}

export function weekOf(day: Date): Date[] {
  const monday = later(day, -((day.getDay() + 6) % 7));
  return Array.from({ length: 7 }, (_, at) => later(monday, at));
}

/** The weeks that a month touches. */
export function monthOf(day: Date): Date[][] {
  const last = new Date(day.getFullYear(), day.getMonth() + 1, 0);
  const weeks = [];
  for (let week = weekOf(new Date(day.getFullYear(), day.getMonth(), 1)); week[0]! <= last; week = weekOf(later(week[0]!, 7))) weeks.push(week);
  return weeks;
}

export interface Timed {
  from: Date;
  to: Date;
}

export function within<T extends Timed>(all: T[], day: Date): T[] {
  const end = later(day, 1);
  return all.filter((one) => one.from < end && one.to > day);
}

/** Where something stands in a day: its top and height as parts of the day, by the clock. */
export function placeIn(day: Date, { from, to }: Timed): { top: number; height: number } {
  const part = (moment: Date) => {
    if (moment <= day) return 0;
    if (moment >= later(day, 1)) return 1;
    return (moment.getHours() * 3_600 + moment.getMinutes() * 60 + moment.getSeconds()) / (DAY / 1_000);
  };
  const top = part(from);
  return { top, height: Math.max(part(to) - top, 0.014) };
}

/** What overlaps stands side by side: each one's lane, and how many there are. */
export function lanesOf<T extends Timed>(all: T[]): { one: T; lane: number; lanes: number }[] {
  const sorted = [...all].sort((a, b) => a.from.getTime() - b.from.getTime() || b.to.getTime() - a.to.getTime());
  const placed: { one: T; lane: number; lanes: number }[] = [];
  let together: typeof placed = [];
  let ends: number[] = [];
  const close = () => {
    for (const entry of together) entry.lanes = ends.length;
    placed.push(...together);
    [together, ends] = [[], []];
  };
  for (const one of sorted) {
    if (ends.every((end) => end <= one.from.getTime())) close();
    const free = ends.findIndex((end) => end <= one.from.getTime());
    const lane = free < 0 ? ends.length : free;
    ends[lane] = one.to.getTime();
    together.push({ one, lane, lanes: 1 });
  }
  close();
  return placed;
}
