// Days beside each other, or people: each a column of 24 hours.
import { Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, type ReactNode } from 'react';
import { useSpeech } from '../i18n';
import { HOURS, keyOf, lanesOf, placeIn, within, type Timed } from './days';
import type { Occurrence } from './occurrences';

export interface Column {
  key: string;
  title: ReactNode;
  /** What a screen reader calls it. */
  name: string;
  day: Date;
  meetings: Occurrence[];
  busy: Timed[];
}

/** The hour that is on top at first. */
const MORNING = 7;
const HOUR = 44;

export function TimeGrid({ columns }: { columns: Column[] }) {
  const speech = useSpeech();
  const frame = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (frame.current) frame.current.scrollTop = MORNING * HOUR;
  }, []);
  const clock = (hour: number) => new Intl.DateTimeFormat(speech.language, { hour: 'numeric' }).format(new Date(2000, 0, 1, hour));
  return (
    <div className="card time-grid" ref={frame} tabIndex={0} role="group" aria-label={speech.w.calendar}>
      <div className="time-head" style={{ gridTemplateColumns: `56px repeat(${columns.length}, minmax(96px, 1fr))` }}>
        <span />
        {columns.map((column) => <div key={column.key} className="time-title">{column.title}</div>)}
      </div>
      <div className="time-body" style={{ gridTemplateColumns: `56px repeat(${columns.length}, minmax(96px, 1fr))`, height: HOURS * HOUR }}>
        <div className="time-hours" aria-hidden>
          {Array.from({ length: HOURS }, (_, hour) => <span key={hour} style={{ top: hour * HOUR }}>{hour > 0 && clock(hour)}</span>)}
        </div>
        {columns.map((column) => <Day key={column.key} column={column} />)}
      </div>
    </div>
  );
}

function Day({ column }: { column: Column }) {
  const { day } = column;
  const now = new Date();
  const today = keyOf(now) === keyOf(day);
  const percent = (part: number) => `${part * 100}%`;
  return (
    <section className="time-column" aria-label={column.name} style={{ backgroundSize: `100% ${HOUR}px` }}>
      {within(column.busy, day).map((span) => {
        const { top, height } = placeIn(day, span);
        return <div key={span.from.getTime()} className="time-busy" style={{ top: percent(top), height: percent(height) }} />;
      })}
      {lanesOf(within(column.meetings, day)).map(({ one, lane, lanes }) => {
        const { top, height } = placeIn(day, one);
        return (
          <div key={`${one.id} ${one.from.getTime()}`} className="time-slot" style={{ top: percent(top), height: percent(height), left: percent(lane / lanes), width: percent(1 / lanes) }}>
            <MeetingLink meeting={one} />
          </div>
        );
      })}
      {today && <div className="time-now" style={{ top: percent(placeIn(day, { from: now, to: now }).top) }} />}
    </section>
  );
}

/** A meeting at one of its times. */
export function MeetingLink({ meeting, brief }: { meeting: Occurrence; brief?: boolean }) {
  const speech = useSpeech();
  const clock = new Intl.DateTimeFormat(speech.language, { hour: '2-digit', minute: '2-digit' });
  const when = brief ? clock.format(meeting.from) : clock.formatRange(meeting.from, meeting.to);
  return (
    <Link to="/$plural/$id" params={{ plural: 'meetings', id: meeting.id }} className="meeting" title={`${when} ${meeting.title}`}>
      {brief && <Text span size="xs">{`${when} `}</Text>}
      <span className="meeting-title">{meeting.title}</span>
      {!brief && <Text span size="xs" className="meeting-when">{when}</Text>}
      {!brief && meeting.place && <Text span size="xs" className="meeting-when">{meeting.place}</Text>}
    </Link>
  );
}
