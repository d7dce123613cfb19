// Meetings by day, week and month, of one person or of several side by side.
import { ActionIcon, Button, Group, Modal, MultiSelect, SegmentedControl, Stack, Text } from '@mantine/core';
import { IconChevronLeft, IconChevronRight, IconPlus, IconRss } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { api, done } from '../api/client';
import { dayOf, keyOf, later, monthOf, weekOf } from '../calendar/days';
import { TimeGrid, type Column } from '../calendar/grid';
import { Month } from '../calendar/month';
import { NewMeeting } from '../calendar/new-meeting';
import { busyQuery, keeps, occurrencesQuery, type Occurrence } from '../calendar/occurrences';
import { useSpeech } from '../i18n';
import { Address } from '../parts/copy';
import { Person, useName } from '../parts/links';
import { Page } from '../parts/page';
import { Shown } from '../parts/states';
import { refuse } from '../parts/toast';
import { useMe, usePeople } from '../session';

type View = 'day' | 'week' | 'month';

export function Calendar() {
  const speech = useSpeech();
  const { w } = speech;
  const { view = 'week', on, whose } = useSearch({ from: '/shell/calendar' });
  const navigate = useNavigate({ from: '/calendar' });
  const me = useMe();
  const day = dayOf(on);
  const people = whose ? whose.split(',') : [me.id];
  const days = daysOf(view, day);
  const [from, to] = [days[0]!, later(days[days.length - 1]!, 1)];
  const [making, setMaking] = useState(false);
  const query = useQuery(occurrencesQuery(from, to));
  const look = (search: { view?: View; on?: string; whose?: string }) => void navigate({ search: (before) => ({ ...before, ...search }) });
  const aside = (
    <Group gap="xs">
      <Subscribe />
      <Button size="xs" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>{w.newMeeting}</Button>
    </Group>
  );
  return (
    <Page title={w.calendar} aside={aside} wide>
      <Group mb="md" gap="sm">
        <Group gap={4}>
          <ActionIcon variant="default" size={32} aria-label={w.earlier} onClick={() => look({ on: keyOf(step(view, day, -1)) })}><IconChevronLeft size={18} aria-hidden /></ActionIcon>
          <Button variant="default" size="xs" h={32} onClick={() => look({ on: undefined })}>{w.today}</Button>
          <ActionIcon variant="default" size={32} aria-label={w.later} onClick={() => look({ on: keyOf(step(view, day, 1)) })}><IconChevronRight size={18} aria-hidden /></ActionIcon>
        </Group>
        <Text fw={600} aria-live="polite">{rangeOf(view, days, day, speech.language)}</Text>
        <SegmentedControl
          size="xs"
          aria-label={w.calendar}
          data={[{ value: 'day', label: w.oneDay }, { value: 'week', label: w.week }, { value: 'month', label: w.month }]}
          value={view}
          onChange={(value) => look({ view: value as View })}
        />
        <Whose people={people} onChange={(chosen) => look({ whose: chosen.length === 0 || (chosen.length === 1 && chosen[0] === me.id) ? undefined : chosen.join(',') })} />
      </Group>
      <Shown query={query}>
        {(all) =>
          view === 'month' ? (
            <Month on={day} meetings={ofAny(all, people)} whose={whose} />
          ) : (
            <Grid view={view} days={days} people={people} all={all} />
          )
        }
      </Shown>
      <Text size="xs" c="dimmed" mt="xs">{speech.fill(w.zoneHint, { zone: Intl.DateTimeFormat().resolvedOptions().timeZone })}</Text>
      {making && <NewMeeting from={from} people={people} onClose={() => setMaking(false)} />}
    </Page>
  );
}

function daysOf(view: View, day: Date): Date[] {
  if (view === 'day') return [day];
  return view === 'week' ? weekOf(day) : monthOf(day).flat();
}

function step(view: View, day: Date, by: number): Date {
  if (view === 'month') return new Date(day.getFullYear(), day.getMonth() + by, 1);
  return later(day, by * (view === 'week' ? 7 : 1));
}

function rangeOf(view: View, days: Date[], day: Date, language: string): string {
  if (view === 'month') return new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric' }).format(day);
  const format = new Intl.DateTimeFormat(language, { dateStyle: view === 'day' ? 'full' : 'medium' });
  return view === 'day' ? format.format(day) : format.formatRange(days[0]!, days[6]!);
}

const ofAny = (all: Occurrence[], people: string[]) => all.filter((meeting) => people.some((person) => keeps(meeting, person)));

/** A week of these people, or a day of each of them beside the others. */
function Grid({ view, days, people, all }: { view: 'day' | 'week'; days: Date[]; people: string[]; all: Occurrence[] }) {
  const speech = useSpeech();
  const name = useName();
  const busy = useQuery(busyQuery(people, days[0]!, later(days[days.length - 1]!, 1)));
  const title = new Intl.DateTimeFormat(speech.language, { weekday: 'short', day: 'numeric' });
  const long = new Intl.DateTimeFormat(speech.language, { dateStyle: 'full' });
  const today = keyOf(new Date());
  const byDay = (day: Date): Column => ({
    key: keyOf(day), day, name: long.format(day),
    title: <Text size="sm" fw={600} c={keyOf(day) === today ? 'indigo' : undefined}>{title.format(day)}</Text>,
    meetings: ofAny(all, people),
    busy: people.length === 1 ? (busy.data?.get(people[0]!) ?? []) : [],
  });
  const byPerson = (person: string): Column => ({
    key: person, day: days[0]!, name: name(person), title: <Person id={person} small />,
    meetings: all.filter((meeting) => keeps(meeting, person)),
    busy: busy.data?.get(person) ?? [],
  });
  return <TimeGrid columns={view === 'week' ? days.map(byDay) : people.map(byPerson)} />;
}

function Whose({ people, onChange }: { people: string[]; onChange: (people: string[]) => void }) {
  const { w } = useSpeech();
  const options = usePeople().filter((person) => person.active !== false).map((person) => ({ value: person.id, label: String(person.name) }));
  return <MultiSelect aria-label={w.whose} size="xs" data={options} value={people} onChange={onChange} searchable hidePickedOptions nothingFoundMessage={w.nothingFound} style={{ flex: '1 1 220px', maxWidth: 480 }} maxValues={12} />;
}

/** The address for a calendar program. It is told once. */
function Subscribe() {
  const speech = useSpeech();
  const { w } = speech;
  const [opened, setOpened] = useState(false);
  const make = useMutation({ mutationFn: () => done(api.POST('/api/v1/calendar_feed')), onError: (error) => refuse(error, speech) });
  return (
    <>
      <Button size="xs" variant="default" leftSection={<IconRss size={16} aria-hidden />} onClick={() => setOpened(true)}>{w.subscribe}</Button>
      <Modal opened={opened} onClose={() => setOpened(false)} title={w.subscribe} closeButtonProps={{ 'aria-label': w.close }}>
        <Stack>
          <Text size="sm">{w.subscribeText}</Text>
          {make.data ? (
            <Address url={make.data.url} />
          ) : (
            <Button loading={make.isPending} onClick={() => make.mutate()} style={{ alignSelf: 'start' }}>{w.makeAddress}</Button>
          )}
        </Stack>
      </Modal>
    </>
  );
}
