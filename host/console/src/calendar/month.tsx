import { Link } from '@tanstack/react-router';
import { useSpeech } from '../i18n';
import { keyOf, monthOf, within } from './days';
import { MeetingLink } from './grid';
import type { Occurrence } from './occurrences';

/** How many meetings a day shows. */
const SHOWN = 3;

export function Month({ on, meetings, whose }: { on: Date; meetings: Occurrence[]; whose?: string }) {
  const speech = useSpeech();
  const weeks = monthOf(on);
  const weekday = new Intl.DateTimeFormat(speech.language, { weekday: 'short' });
  const whole = new Intl.DateTimeFormat(speech.language, { day: 'numeric', month: 'long' });
  return (
    <div className="card scroll-x">
      <table className="month">
        <thead>
          <tr>{weeks[0]!.map((day) => <th key={day.getDay()} scope="col">{weekday.format(day)}</th>)}</tr>
        </thead>
        <tbody>
          {weeks.map((week) => (
            <tr key={keyOf(week[0]!)}>
              {week.map((day) => {
                const here = within(meetings, day);
                const today = keyOf(day) === keyOf(new Date());
                const search = { view: 'week' as const, on: keyOf(day), whose };
                return (
                  <td key={keyOf(day)} className={day.getMonth() === on.getMonth() ? undefined : 'other-month'}>
                    <Link to="/calendar" search={search} className={today ? 'month-day month-today' : 'month-day'} aria-label={whole.format(day)} aria-current={today ? 'date' : undefined}>
                      {day.getDate()}
                    </Link>
                    {here.slice(0, SHOWN).map((meeting) => <MeetingLink key={`${meeting.id} ${meeting.from.getTime()}`} meeting={meeting} brief />)}
                    {here.length > SHOWN && <Link to="/calendar" search={search} className="month-more">{speech.count(speech.w.moreMeetings, here.length - SHOWN)}</Link>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
