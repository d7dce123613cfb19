// The audit: who or which rule changed what, and why, over all records.
import { Button, Group, Select, Text, TextInput } from '@mantine/core';
import { IconListSearch } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { api, done, type Schemas } from '../api/client';
import type { Audit as Entry } from '../api/records';
import { useSpeech } from '../i18n';
import { Change, ChangeList } from '../kinds/history';
import { isKind, KINDS } from '../kinds/table';
import { RecordLink } from '../parts/links';
import { Page } from '../parts/page';
import { Paged, usePages } from '../parts/paged';
import { Empty } from '../parts/states';
import { pluginsQuery } from '../plugins';
import type { AuditSearch } from '../router';
import { usePeople } from '../session';

export function Audit() {
  const { w } = useSpeech();
  const search = useSearch({ from: '/shell/audit' });
  const navigate = useNavigate({ from: '/audit' });
  const look = (by: AuditSearch) => void navigate({ search: (before: AuditSearch) => ({ ...before, ...by }), replace: true });
  return (
    <Page title={w.audit}>
      <Text c="dimmed" mb="md">{w.auditText}</Text>
      <Bar search={search} onLook={look} />
      <Found search={search} onLook={look} />
    </Page>
  );
}

/** Without any filter. */
const EVERYTHING: AuditSearch = { kind: undefined, record: undefined, by: undefined, field: undefined, from: undefined, to: undefined };

interface PartProps {
  search: AuditSearch;
  onLook: (by: AuditSearch) => void;
}

function Bar({ search, onLook }: PartProps) {
  const speech = useSpeech();
  const { w } = speech;
  const people = usePeople();
  const { data: plugins } = useQuery(pluginsQuery);
  const kinds = [...Object.keys(KINDS), 'notification'] as Schemas['Kind'][];
  const kind = search.kind;
  const fields = kind && isKind(kind) ? KINDS[kind].fields : [];
  const who = [
    { group: speech.named(w.plurals, 'user'), items: people.map(({ id, name }) => ({ value: id, label: String(name) })) },
    { group: w.plugins, items: (plugins ?? []).map(({ name, title }) => ({ value: name, label: title })) },
  ];
  const common = { clearable: true, searchable: true, clearButtonProps: { 'aria-label': w.clear }, nothingFoundMessage: w.nothingFound };
  const any = Object.values(search).some(Boolean);
  return (
    <Group gap="xs" mb="md" role="search" aria-label={w.filters}>
      <Select {...common} aria-label={w.kindOfRecord} placeholder={w.kindOfRecord} data={kinds.map((value) => ({ value, label: speech.named(w.kinds, value) }))} value={kind ?? null} onChange={(value) => onLook({ kind: (value as Schemas['Kind'] | null) ?? undefined, field: undefined })} w={190} />
      {fields.length > 0 && (
        <Select {...common} aria-label={w.changedField} placeholder={w.changedField} data={fields.map((field) => ({ value: field.name, label: speech.field(field.word ?? field.name) }))} value={search.field ?? null} onChange={(value) => onLook({ field: value ?? undefined })} w={190} />
      )}
      <Select {...common} aria-label={w.whoOrWhat} placeholder={w.whoOrWhat} data={who} value={search.by ?? null} onChange={(value) => onLook({ by: value ?? undefined })} w={210} />
      <TextInput type="date" aria-label={w.fromDay} value={search.from ?? ''} max={search.to} onChange={(event) => onLook({ from: event.currentTarget.value || undefined })} />
      <TextInput type="date" aria-label={w.toDay} value={search.to ?? ''} min={search.from} onChange={(event) => onLook({ to: event.currentTarget.value || undefined })} />
      {any && (
        <Button variant="subtle" size="xs" onClick={() => onLook(EVERYTHING)}>
          {w.clearFilters}
        </Button>
      )}
    </Group>
  );
}

/** A local day's beginning; of the day after it, so many days later. */
function beginning(day: string | undefined, later = 0): string | undefined {
  if (!day) return undefined;
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + later).toISOString();
}

function Found({ search, onLook }: PartProps) {
  const { w } = useSpeech();
  const { kind, record, by, field } = search;
  const asked = { kind, record, by, field, from: beginning(search.from), to: beginning(search.to, 1), limit: 50 };
  const pages = usePages<Entry>(['audit', asked], (after, signal) => done(api.GET('/api/v1/audit', { params: { query: { ...asked, after } }, signal })));
  const nothing = <Empty title={w.nothingFound} text={pages.hasNextPage ? w.lookFurther : w.noChangesFit} icon={IconListSearch} />;
  return (
    <Paged pages={pages} empty={nothing}>
      {(changes) => {
        const known = new Set(changes.map((change) => change.id));
        return (
          <ChangeList>
            {changes.map((change) => (
              <Change key={change.id} change={change} known={known}>
                <Group gap="xs" mb={2} fz="sm">
                  <Of change={change} />
                  {!record && <All of={change.record.id} onLook={onLook} />}
                </Group>
              </Change>
            ))}
          </ChangeList>
        );
      }}
    </Paged>
  );
}

function All({ of, onLook }: { of: string; onLook: PartProps['onLook'] }) {
  const { w } = useSpeech();
  return (
    <Button size="compact-xs" variant="subtle" onClick={() => onLook({ ...EVERYTHING, record: of })}>
      {w.allOfRecord}
    </Button>
  );
}

/** Which record: what is deleted has no page any more, only the name that the change tells. */
function Of({ change }: { change: Entry }) {
  const speech = useSpeech();
  const kind = speech.named(speech.w.kinds, change.record.kind);
  if (change.name.endsWith('.deleted') || change.record.kind === 'notification') {
    const told = change.diff[change.record.kind === 'notification' ? 'title' : KINDS[change.record.kind].title] as [unknown, unknown] | undefined;
    const name = told?.[0] ?? told?.[1];
    return <b>{typeof name === 'string' ? `${kind} · ${name}` : kind}</b>;
  }
  return (
    <span className="inline">
      {`${kind} · `}
      <RecordLink kind={change.record.kind} id={change.record.id} />
    </span>
  );
}
