// A table of records, page by page; on narrow screens, cards.
import { Box, Button, Checkbox, Group, Stack, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconArrowDown, IconArrowUp } from '@tabler/icons-react';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { find, type AnyRecord, type Page } from '../api/records';
import { search, SHOWN } from '../api/search';
import { useSpeech } from '../i18n';
import { titleOf } from '../parts/links';
import { RouterAnchor } from '../parts/router-link';
import { Empty, Failed, Loading } from '../parts/states';
import { Bulk, MOST } from './bulk';
import { fieldOf, KINDS, plural, type KindName } from './table';
import { Value } from './value';

interface RecordTableProps {
  kind: KindName;
  where: Record<string, string>;
  text?: string;
  sort?: string;
  onSort?: (sort: string | undefined) => void;
  onClear?: () => void;
  /** Fewer columns, and no words where there is nothing. */
  small?: boolean;
  /** Several can be chosen, and changed at once. */
  bulk?: boolean;
}

export function RecordTable({ kind, where, text = '', sort, onSort, onClear, small, bulk }: RecordTableProps) {
  const speech = useSpeech();
  const { w } = speech;
  const order = sort ?? KINDS[kind].order ?? '-created_at';
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const paged = useInfiniteQuery({
    queryKey: ['find', kind, 'list', where, order],
    queryFn: ({ pageParam, signal }) => find(kind, { ...where, sort: order, limit: small ? 10 : 50, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page<AnyRecord>) => last.next ?? undefined,
    enabled: text === '',
  });
  const searched = useQuery({
    queryKey: ['find', kind, 'search', text, where, order],
    queryFn: ({ signal }) => search(kind, text, { ...where, sort: order }, signal),
    enabled: text !== '',
  });
  const query = text === '' ? paged : searched;
  if (query.isError && !query.data) return <Failed error={query.error} retry={() => void query.refetch()} />;
  const records = text === '' ? paged.data?.pages.flatMap((page) => page.items) : searched.data?.items;
  if (!records) return <Loading />;
  if (records.length === 0) {
    if (small) return null;
    const filtered = text !== '' || Object.keys(where).length > 0;
    return (
      <Empty title={filtered ? w.nothingFound : w.noRecords} text={filtered ? w.nothingFoundText : w.noRecordsText} icon={KINDS[kind].icon}>
        {filtered && onClear && (
          <Button variant="light" onClick={onClear}>
            {w.clearFilters}
          </Button>
        )}
      </Empty>
    );
  }
  const picked = records.filter((record) => chosen.has(record.id)).slice(0, MOST);
  const choose = bulk ? (ids: string[], on: boolean) => setChosen((before) => new Set(on ? [...before, ...ids] : [...before].filter((id) => !ids.includes(id)))) : undefined;
  return (
    <>
      {picked.length > 0 && <Bulk kind={kind} records={picked} onDone={() => setChosen(new Set())} />}
      <Rows kind={kind} records={records} order={order} onSort={onSort} small={small} chosen={chosen} onChoose={choose} />
      <Group mt="sm" justify="space-between">
        {!small && (
          <Text size="sm" c="dimmed" role="status">
            {paged.hasNextPage && text === '' ? speech.fill(w.atLeast, { n: speech.count(w.records, records.length) }) : speech.count(w.records, records.length)}
            {searched.data?.cut && text !== '' ? ` · ${speech.fill(w.searchedNewest, { n: speech.number(SHOWN) })}` : ''}
          </Text>
        )}
        {text === '' && paged.hasNextPage && (
          <Button variant="light" size="xs" loading={paged.isFetchingNextPage} onClick={() => void paged.fetchNextPage()}>
            {w.more}
          </Button>
        )}
      </Group>
    </>
  );
}

interface RowsProps {
  kind: KindName;
  records: AnyRecord[];
  order: string;
  onSort?: (sort: string | undefined) => void;
  small?: boolean;
  chosen: ReadonlySet<string>;
  onChoose?: (ids: string[], on: boolean) => void;
}

function Rows(props: RowsProps) {
  const narrow = useMediaQuery('(max-width: 48em)', window.innerWidth < 768);
  return narrow ? <Cards {...props} /> : <Table {...props} />;
}

function TitleLink({ record }: { record: AnyRecord }) {
  const speech = useSpeech();
  return (
    <RouterAnchor to="/$plural/$id" params={{ plural: plural(record.kind), id: record.id }} fw={600} c="inherit">
      {titleOf(record, speech)}
    </RouterAnchor>
  );
}

function Table({ kind, records, order, onSort, small, chosen, onChoose }: RowsProps) {
  const speech = useSpeech();
  const spec = KINDS[kind];
  const columns = small ? spec.columns.slice(0, 4) : spec.columns;
  const numbered = spec.sorts.includes('number') || kind === 'task';
  const all = records.every((record) => chosen.has(record.id));
  return (
    <Box className="card scroll-x" tabIndex={0} role="region" aria-label={speech.named(speech.w.plurals, kind)}>
      <table className="list">
        <thead>
          <tr>
            {onChoose && (
              <td>
                <Checkbox size="xs" aria-label={speech.w.chooseAll} checked={all} indeterminate={!all && records.some((record) => chosen.has(record.id))} onChange={(event) => onChoose(records.map((record) => record.id), event.currentTarget.checked)} />
              </td>
            )}
            {numbered && <Head kind={kind} name="number" order={order} onSort={onSort} />}
            {[spec.title, ...columns].map((name) => (
              <Head key={name} kind={kind} name={name} order={order} onSort={onSort} />
            ))}
          </tr>
        </thead>
        <tbody>
          {records.map((record) => (
            <tr key={record.id}>
              {onChoose && (
                <td>
                  <Checkbox size="xs" aria-label={speech.fill(speech.w.chooseOne, { title: titleOf(record, speech) })} checked={chosen.has(record.id)} onChange={(event) => onChoose([record.id], event.currentTarget.checked)} />
                </td>
              )}
              {numbered && <td style={{ color: 'var(--mantine-color-dimmed)' }}>{record.number}</td>}
              <td>
                <TitleLink record={record} />
              </td>
              {columns.map((name) => (
                <td key={name}>
                  <Value field={fieldOf(kind, name)} record={record} brief />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Box>
  );
}

interface HeadProps {
  kind: KindName;
  name: string;
  order: string;
  onSort?: (sort: string | undefined) => void;
}

function Head({ kind, name, order, onSort }: HeadProps) {
  const speech = useSpeech();
  const label = speech.field(name);
  const falling = order === `-${name}`;
  const rising = order === name;
  if (!onSort || !KINDS[kind].sorts.includes(name)) return <th scope="col">{label}</th>;
  const Sign = falling ? IconArrowDown : IconArrowUp;
  return (
    <th scope="col" aria-sort={falling ? 'descending' : rising ? 'ascending' : 'none'}>
      <button type="button" className="sort" title={speech.fill(speech.w.sortBy, { field: label })} onClick={() => onSort(rising ? `-${name}` : name)}>
        {label}
        <Sign size={14} aria-hidden style={{ visibility: falling || rising ? 'visible' : 'hidden' }} />
      </button>
    </th>
  );
}

function Cards({ kind, records }: RowsProps) {
  const speech = useSpeech();
  const columns = KINDS[kind].columns.slice(0, 5);
  return (
    <Stack gap="xs" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
      {records.map((record) => (
        <li key={record.id} className="card" style={{ padding: 12 }}>
          <TitleLink record={record} />
          {columns.map((name) => (
            <Group key={name} justify="space-between" gap="xs" wrap="nowrap" mt={4}>
              <Text size="sm" c="dimmed">
                {speech.field(name)}
              </Text>
              <Text size="sm" component="div" truncate>
                <Value field={fieldOf(kind, name)} record={record} brief />
              </Text>
            </Group>
          ))}
        </li>
      ))}
    </Stack>
  );
}
