// Inviting to a meeting: with whom, and when all of them are free.
import { Button, Group, MultiSelect, NumberInput, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { api, asProblem, done } from '../api/client';
import { create } from '../api/records';
import { useSpeech } from '../i18n';
import { FormDialog } from '../parts/form-dialog';
import { localOf } from '../parts/local-moment';
import { tell } from '../parts/toast';
import { useMe, usePeople } from '../session';
import { later } from './days';

/** How many days ahead a time is looked for. */
const DAYS = 14;

interface NewMeetingProps {
  /** The first day that comes into question. */
  from: Date;
  people: string[];
  onClose: () => void;
}

export function NewMeeting({ from, people, onClose }: NewMeetingProps) {
  const speech = useSpeech();
  const { w } = speech;
  const me = useMe();
  const all = usePeople();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [title, setTitle] = useState('');
  const [place, setPlace] = useState('');
  const [start, setStart] = useState('');
  const [minutes, setMinutes] = useState(60);
  const [others, setOthers] = useState(people.filter((id) => id !== me.id));
  const times = useMutation({
    mutationFn: () => {
      const begin = new Date(Math.max(from.getTime(), Date.now()));
      const body = { users: [me.id, ...others], from: begin.toISOString(), to: later(begin, DAYS).toISOString(), minutes, slots: 5 };
      return done(api.POST('/api/v1/availability', { body }));
    },
  });
  const make = useMutation({
    mutationFn: () => {
      const begin = new Date(start);
      const end = new Date(begin.getTime() + minutes * 60_000);
      return create('meeting', {
        title, place: place || null, organiser: me.id, starts_at: begin.toISOString(), ends_at: end.toISOString(),
        participants: others.map((user) => ({ user })),
      });
    },
    onSuccess: async (meeting) => {
      tell(w.saved);
      await client.invalidateQueries({ queryKey: ['find', 'meeting'] });
      onClose();
      await navigate({ to: '/$plural/$id', params: { plural: 'meetings', id: meeting.id } });
    },
  });
  const problem = make.isError ? asProblem(make.error) : null;
  const options = all.filter((person) => person.active !== false && person.id !== me.id).map((person) => ({ value: person.id, label: String(person.name) }));
  return (
    <FormDialog title={w.newMeeting} action={w.create} busy={make.isPending} error={make.error ?? times.error} fields={['title', 'starts_at', 'ends_at', 'place']} onClose={onClose} onSubmit={() => make.mutate()}>
      <TextInput label={speech.field('title')} value={title} onChange={(event) => setTitle(event.currentTarget.value)} required withAsterisk={false} error={problem?.of('title')} data-autofocus />
      <MultiSelect label={w.takePart} data={options} value={others} onChange={setOthers} searchable nothingFoundMessage={w.nothingFound} />
      <Group grow align="flex-start">
        <TextInput type="datetime-local" label={speech.field('starts_at')} value={start} onChange={(event) => setStart(event.currentTarget.value)} required withAsterisk={false} error={problem?.of('starts_at')} />
        <NumberInput label={w.minutesLong} value={minutes} onChange={(value) => setMinutes(Number(value) || 30)} min={5} max={1440} step={15} allowDecimal={false} error={problem?.of('ends_at')} />
      </Group>
      <Button variant="light" size="xs" loading={times.isPending} onClick={() => times.mutate()} style={{ alignSelf: 'start' }}>
        {w.findTime}
      </Button>
      {times.data && (
        <div role="status">
          <Text size="sm" mb={4}>{times.data.slots.length ? w.freeTimes : w.noFreeTime}</Text>
          <Group gap="xs">
            {times.data.slots.map((slot) => (
              <Button key={slot.from} size="compact-sm" variant="default" onClick={() => setStart(localOf(slot.from))}>
                {speech.moment(slot.from)}
              </Button>
            ))}
          </Group>
        </div>
      )}
      <TextInput label={speech.field('place')} value={place} onChange={(event) => setPlace(event.currentTarget.value)} error={problem?.of('place')} />
    </FormDialog>
  );
}
