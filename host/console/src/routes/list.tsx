// The records of a kind: a board or a table, filtered, searched.
import { Button, Group, SegmentedControl } from '@mantine/core';
import { IconLayoutKanban, IconPlus, IconTable } from '@tabler/icons-react';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useState, type ReactNode } from 'react';
import { useSpeech } from '../i18n';
import { CreateDialog } from '../kinds/create';
import { Files } from '../kinds/files';
import { Filters } from '../kinds/filters';
import { RecordTable } from '../kinds/record-table';
import { kindOf, KINDS, type KindName } from '../kinds/table';
import { Views } from '../kinds/views';
import { Gallery } from '../papers/gallery';
import { Page } from '../parts/page';
import { Loading } from '../parts/states';
import type { ListSearch } from '../router';
import { useIsAdmin } from '../session';
import { NotFound } from './not-found';

// Only boards need what drags cards.
const Board = lazy(() => import('../kinds/board').then((module) => ({ default: module.Board })));

export function List() {
  const { plural } = useParams({ from: '/shell/$plural' });
  const kind = kindOf(plural);
  return kind ? <ListOf key={kind} kind={kind} /> : <NotFound />;
}

function ListOf({ kind }: { kind: KindName }) {
  const speech = useSpeech();
  const { w } = speech;
  const search = useSearch({ from: '/shell/$plural' });
  const navigate = useNavigate({ from: '/$plural' });
  const admin = useIsAdmin();
  const [making, setMaking] = useState(false);
  const spec = KINDS[kind];
  const board = spec.board && search.view !== 'table';
  const look = (by: ListSearch) => void navigate({ search: (before: ListSearch) => ({ ...before, ...by }), replace: true });
  const where = search.where ?? spec.start ?? {};
  const views = (
    <SegmentedControl
      size="xs"
      aria-label={`${w.board} / ${w.table}`}
      value={board ? 'board' : 'table'}
      onChange={(view) => look({ view: view as 'board' | 'table' })}
      data={[
        { value: 'board', label: <View icon={<IconLayoutKanban size={16} aria-hidden />} text={w.board} /> },
        { value: 'table', label: <View icon={<IconTable size={16} aria-hidden />} text={w.table} /> },
      ]}
    />
  );
  const aside = (
    <Group gap="sm">
      {spec.board && views}
      <Views kind={kind} search={search} onLook={look} />
      {kind === 'template' && <Gallery />}
      {kind !== 'organisation' && <Files kind={kind} shown={{ ...where, q: search.q, sort: search.sort }} writes={(admin || !spec.setting) && kind !== 'user'} />}
      {(admin || !spec.setting) && kind !== 'organisation' && (
        <Button size="xs" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>
          {w.make}
        </Button>
      )}
    </Group>
  );
  return (
    <Page title={speech.named(w.plurals, kind)} aside={aside} wide>
      <Filters kind={kind} search={search} where={where} board={Boolean(board)} onLook={look} />
      {board ? (
        <Suspense fallback={<Loading />}>
          <Board kind={kind} where={where} text={search.q ?? ''} />
        </Suspense>
      ) : (
        <RecordTable kind={kind} bulk={(admin || !spec.setting) && kind !== 'organisation' && kind !== 'user'} where={where} text={search.q ?? ''} sort={search.sort} onSort={(sort) => look({ sort })} onClear={() => look({ where: {}, q: undefined })} />
      )}
      {making && <CreateDialog kind={kind} onClose={() => setMaking(false)} />}
    </Page>
  );
}

function View({ icon, text }: { icon: ReactNode; text: string }) {
  return (
    <Group gap={6} wrap="nowrap">
      {icon}
      {text}
    </Group>
  );
}
