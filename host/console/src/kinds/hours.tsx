// Working time, as people read and edit it: hours of a day, of a week, of dates of their own, and days off.
import { ActionIcon, Button, Group, List, Stack, Text, TextInput } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { Fragment } from 'react';
import type { Schemas } from '../api/client';
import { useSpeech, type Speech } from '../i18n';
import { Rows } from './rows';

type Hours = Schemas['Hours'];
type Week = Schemas['Week'];
type WorkingDay = Schemas['WorkingDay'];

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

export const NO_HOURS: Week = { mon: [], tue: [], wed: [], thu: [], fri: [], sat: [], sun: [] };

/** A weekday's name; 2024 began on a Monday. */
function dayName(at: number, speech: Speech, weekday: 'long' | 'short' = 'long'): string {
  return new Intl.DateTimeFormat(speech.language, { weekday, timeZone: 'UTC' }).format(new Date(Date.UTC(2024, 0, at + 1)));
}

export function hoursIn(hours: Hours[] | undefined, speech: Speech): string {
  return hours?.length ? hours.map(({ from, to }) => `${from}–${to}`).join(', ') : speech.w.dayOff;
}

export function weekIn(week: Week, speech: Speech): string {
  return DAYS.map((day, at) => `${dayName(at, speech, 'short')} ${hoursIn(week[day], speech)}`).join('; ');
}

export function WeekView({ week }: { week: Week }) {
  const speech = useSpeech();
  return (
    <div className="diff">
      {DAYS.map((day, at) => (
        <Fragment key={day}>
          <span style={{ color: 'var(--mantine-color-dimmed)' }}>{dayName(at, speech)}</span>
          <span>{hoursIn(week[day], speech)}</span>
        </Fragment>
      ))}
    </div>
  );
}

export function WeekEditor({ week, error, onChange }: { week: Week; error?: string; onChange: (week: Week) => void }) {
  const speech = useSpeech();
  return (
    <Stack gap="xs">
      {DAYS.map((day, at) => (
        <Group key={day} gap="xs" align="flex-start" role="group" aria-label={dayName(at, speech)}>
          <Text size="sm" w={110} pt={7}>{dayName(at, speech)}</Text>
          <HoursEditor name={dayName(at, speech)} hours={week[day] ?? []} onChange={(hours) => onChange({ ...week, [day]: hours })} />
        </Group>
      ))}
      {error && <div role="alert" style={{ color: 'var(--mantine-color-error)', fontSize: 13 }}>{error}</div>}
    </Stack>
  );
}

/** The day's end, which clocks do not show. */
const END = '24:00';

function HoursEditor({ name, hours, onChange }: { name: string; hours: Hours[]; onChange: (hours: Hours[]) => void }) {
  const { w } = useSpeech();
  const last = hours.at(-1)?.to;
  return (
    <Stack gap={4}>
      {hours.map((one, at) => {
        const put = (by: Partial<Hours>) => onChange(hours.map((other, index) => (index === at ? { ...other, ...by } : other)));
        return (
          <Group key={at} gap={4} wrap="nowrap">
            <Span hours={one} name={name} onChange={put} />
            <ActionIcon variant="subtle" color="red" aria-label={`${w.remove}: ${name}, ${one.from}–${one.to}`} onClick={() => onChange(hours.filter((_, index) => index !== at))}>
              <IconTrash size={16} aria-hidden />
            </ActionIcon>
          </Group>
        );
      })}
      {last !== END && (
        <Button size="compact-xs" variant="subtle" leftSection={<IconPlus size={14} aria-hidden />} aria-label={`${w.addHours}: ${name}`} onClick={() => onChange([...hours, last ? { from: last, to: END } : { from: '09:00', to: '18:00' }])} style={{ alignSelf: 'start' }} mt={hours.length ? 0 : 5}>
          {w.addHours}
        </Button>
      )}
    </Stack>
  );
}

/** From one time of the day to another. */
export function Span({ hours: { from, to }, name, onChange }: { hours: Hours; name: string; onChange: (by: Partial<Hours>) => void }) {
  const { w } = useSpeech();
  const ends = (text: string) => (text === '00:00' ? END : text);
  return (
    <>
      <TextInput type="time" size="xs" aria-label={`${name}: ${w.fromDay}`} value={from} onChange={(event) => event.currentTarget.value && onChange({ from: event.currentTarget.value })} />
      <span aria-hidden>–</span>
      <TextInput type="time" size="xs" aria-label={`${name}: ${w.toDay}`} value={to === END ? '00:00' : to} onChange={(event) => event.currentTarget.value && onChange({ to: ends(event.currentTarget.value) })} />
    </>
  );
}

export function Dates({ dates }: { dates: string[] }) {
  const speech = useSpeech();
  return <>{dates.map((date) => speech.date(date)).join(' · ')}</>;
}

const today = () => new Date().toISOString().slice(0, 10);

export function DatesEditor({ dates, error, onChange }: { dates: string[]; error?: string; onChange: (dates: string[]) => void }) {
  const speech = useSpeech();
  return (
    <Rows items={dates} blank={today} name={(date) => speech.date(date)} add={speech.w.addDay} error={error} onChange={onChange}>
      {(date, put) => <DayInput date={date} onChange={put} />}
    </Rows>
  );
}

function DayInput({ date, onChange }: { date: string; onChange: (date: string) => void }) {
  const { w } = useSpeech();
  return <TextInput type="date" aria-label={w.day} value={date} onChange={(event) => event.currentTarget.value && onChange(event.currentTarget.value)} />;
}

export function workingDayIn({ date, hours }: WorkingDay, speech: Speech): string {
  return `${speech.date(date)}: ${hoursIn(hours, speech)}`;
}

export function WorkingDays({ days }: { days: WorkingDay[] }) {
  const speech = useSpeech();
  return (
    <List size="sm" spacing={2} listStyleType="none">
      {days.map((day) => <List.Item key={day.date}>{workingDayIn(day, speech)}</List.Item>)}
    </List>
  );
}

export function WorkingDaysEditor({ days, error, onChange }: { days: WorkingDay[]; error?: string; onChange: (days: WorkingDay[]) => void }) {
  const speech = useSpeech();
  return (
    <Rows items={days} blank={(): WorkingDay => ({ date: today(), hours: [{ from: '09:00', to: '18:00' }] })} name={({ date }) => speech.date(date)} add={speech.w.addDay} error={error} onChange={onChange}>
      {(day, put) => (
        <Group gap="xs" align="flex-start" style={{ flex: 1 }}>
          <DayInput date={day.date} onChange={(date) => put({ ...day, date })} />
          <HoursEditor name={speech.date(day.date)} hours={day.hours} onChange={(hours) => put({ ...day, hours })} />
        </Group>
      )}
    </Rows>
  );
}
