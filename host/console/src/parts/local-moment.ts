/** A moment as the control for local times has it: in the browser's time zone, without one of its own. */
export function localOf(value: string): string {
  if (!value) return '';
  const moment = new Date(value);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
