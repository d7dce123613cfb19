// Records and people by name.
import { Avatar, Group, Text } from '@mantine/core';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { read, type AnyRecord } from '../api/records';
import { useSpeech, type Speech } from '../i18n';
import { isKind, KINDS, type KindName } from '../kinds/table';
import { usePeople } from '../session';
import { RouterAnchor } from './router-link';

export const recordQuery = (kind: KindName, id: string) =>
  queryOptions({ queryKey: ['record', kind, id], queryFn: ({ signal }) => read(kind, id, signal) });

/** What people call a record. */
export function titleOf(record: AnyRecord, speech: Speech): string {
  const named = record[KINDS[record.kind].title];
  if (typeof named === 'string' && named) return named;
  const kind = speech.named(speech.w.kinds, record.kind);
  if (typeof named === 'number') return `${kind} ${named}`;
  return record.number ? `${kind} ${record.number}` : kind;
}

/** A link to a record, by its name. */
export function RecordLink({ kind, id }: { kind: string; id: string }) {
  if (!isKind(kind)) return <span>{kind}</span>;
  return kind === 'user' ? <Person id={id} link /> : <KnownLink kind={kind} id={id} />;
}

function KnownLink({ kind, id }: { kind: KindName; id: string }) {
  const speech = useSpeech();
  const { data, isError } = useQuery({ ...recordQuery(kind, id), staleTime: 60_000, retry: false });
  const name = data ? titleOf(data, speech) : speech.named(speech.w.kinds, kind);
  if (isError) return <Text span c="dimmed">{`${name} (${speech.w.notFound})`}</Text>;
  return (
    <RouterAnchor to="/$plural/$id" params={{ plural: KINDS[kind].plural, id }} inherit>
      {name}
    </RouterAnchor>
  );
}

/** A person's name, from the people that are known. */
export function useName(): (id: string | null | undefined) => string {
  const people = usePeople();
  const { w } = useSpeech();
  return (id) => {
    if (!id) return w.nobody;
    const name = people.find((person) => person.id === id)?.name;
    return typeof name === 'string' ? name : w.unknown;
  };
}

export function Person({ id, link, small }: { id: string; link?: boolean; small?: boolean }) {
  const name = useName()(id);
  const shown = link ? (
    <Link to="/$plural/$id" params={{ plural: 'users', id }} className="plain">
      {name}
    </Link>
  ) : (
    name
  );
  return (
    <Group gap={6} wrap="nowrap" style={{ display: 'inline-flex', maxWidth: '100%' }}>
      <Avatar name={name} color="initials" size={small ? 18 : 22} radius="xl" alt="" aria-hidden />
      <Text span inherit truncate>
        {shown}
      </Text>
    </Group>
  );
}
