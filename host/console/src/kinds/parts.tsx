// The parts that some records are made of, as people read them: participants, payments, rounds of approval, totals, details for
// papers.
import { Group, MultiSelect, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { Fragment } from 'react';
import type { Schemas } from '../api/client';
import { useSpeech, type Money } from '../i18n';
import { Person } from '../parts/links';
import { usePeople } from '../session';
import { Choice, Moment } from './value';

type Participant = Schemas['Participant'];

export function Participants({ people }: { people: Participant[] }) {
  return (
    <Stack gap={4}>
      {people.map((one) => (
        <Group key={one.user ?? one.email} gap="xs">
          {one.user ? <Person id={one.user} link /> : <span>{one.name ? `${one.name} · ${one.email}` : one.email}</span>}
          {one.answer && <Choice value={one.answer} />}
        </Group>
      ))}
    </Stack>
  );
}

interface ParticipantsEditorProps {
  people: Participant[];
  error?: string;
  onChange: (people: Participant[]) => void;
}

/** Who is left in keeps their answer. */
export function ParticipantsEditor({ people, error, onChange }: ParticipantsEditorProps) {
  const speech = useSpeech();
  const { w } = speech;
  const users = usePeople().filter((person) => person.active !== false).map((person) => ({ value: person.id, label: String(person.name) }));
  const known = (by: (one: Participant) => boolean, made: Partial<Participant>) => people.find(by) ?? (made as Participant);
  const inside = people.flatMap(({ user }) => user ?? []);
  const outside = people.flatMap(({ email }) => email ?? []);
  const put = (ids: string[], emails: string[]) =>
    onChange([...ids.map((id) => known((one) => one.user === id, { user: id })), ...emails.map((email) => known((one) => one.email === email, { email }))]);
  return (
    <Stack gap="xs">
      <MultiSelect aria-label={speech.field('participants')} data={users} value={inside} onChange={(ids) => put(ids, outside)} searchable nothingFoundMessage={w.nothingFound} error={error} />
      <TagsInput aria-label={w.outsiders} placeholder={w.outsiders} value={outside} onChange={(emails) => put(inside, emails)} splitChars={[',', ';', ' ']} />
    </Stack>
  );
}

export function Payments({ payments }: { payments: Schemas['Payment'][] }) {
  const speech = useSpeech();
  return (
    <Stack gap={4}>
      {payments.map((payment) => (
        <Text key={payment.reference} size="sm" component="div">
          <b>{speech.money(payment.amount)}</b> · <Moment value={payment.at} />
          {` · ${[payment.method && speech.choice(payment.method), payment.reference].filter(Boolean).join(' · ')}`}
        </Text>
      ))}
    </Stack>
  );
}

export function Rounds({ rounds }: { rounds: Schemas['Round'][] }) {
  const speech = useSpeech();
  return (
    <Stack gap="xs">
      {rounds.map((round) => (
        <div key={round.number}>
          <Group gap="xs">
            <Text size="sm" fw={600}>{speech.fill(speech.w.roundNumber, { n: round.number })}</Text>
            {round.outcome ? <Choice value={round.outcome} /> : <Text size="sm" c="dimmed">{speech.w.waiting}</Text>}
          </Group>
          {round.approvers.map((approver) => (
            <Group key={approver.user} gap="xs">
              <Person id={approver.user} link />
              {approver.answer && <Choice value={approver.answer} />}
              {approver.comment && <Text size="sm" className="prose">{approver.comment}</Text>}
            </Group>
          ))}
        </div>
      ))}
    </Stack>
  );
}

export function Totals({ totals }: { totals: { net: Money; vat: Money; gross: Money } }) {
  const speech = useSpeech();
  const { w } = speech;
  return (
    <Text size="sm" component="div">
      {`${w.net} ${speech.money(totals.net)} · ${w.vat} ${speech.money(totals.vat)} · `}
      <b>{`${w.total} ${speech.money(totals.gross)}`}</b>
    </Text>
  );
}

type Details = Record<string, unknown>;

/** What papers say of somebody. */
export function DetailsView({ members, value }: { members: readonly string[]; value: Details }) {
  const speech = useSpeech();
  return (
    <div className="diff">
      {members.filter((member) => typeof value[member] === 'string').map((member) => (
        <Fragment key={member}>
          <span style={{ color: 'var(--mantine-color-dimmed)' }}>{speech.field(member)}</span>
          <span>{String(value[member])}</span>
        </Fragment>
      ))}
    </div>
  );
}

interface DetailsEditorProps {
  members: readonly string[];
  value: Details;
  error?: string;
  onChange: (value: Details) => void;
}

/** What is not named here stays as it is: pictures, and the like. */
export function DetailsEditor({ members, value, error, onChange }: DetailsEditorProps) {
  const speech = useSpeech();
  return (
    <Stack gap="xs">
      {members.map((member) => (
        <TextInput key={member} label={speech.field(member)} value={String(value[member] ?? '')} onChange={(event) => onChange({ ...value, [member]: event.currentTarget.value || null })} />
      ))}
      {error && <Text c="red" size="sm" role="alert">{error}</Text>}
    </Stack>
  );
}
