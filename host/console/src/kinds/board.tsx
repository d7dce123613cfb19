// Records as cards in the columns of their statuses or stages; a card is moved by mouse, keyboard or its menu.
import { ActionIcon, Box, Button, Group, Menu, Select, Text, Title } from '@mantine/core';
import { DragDropContext, Draggable, Droppable, type DropResult } from '@hello-pangea/dnd';
import { IconDots } from '@tabler/icons-react';
import { useInfiniteQuery, useQueryClient, type InfiniteData } from '@tanstack/react-query';
import { useState } from 'react';
import { find, type AnyRecord, type Page } from '../api/records';
import { useSpeech, type Money } from '../i18n';
import { nonce } from '../nonce';
import { Person, titleOf } from '../parts/links';
import { RouterAnchor } from '../parts/router-link';
import { Failed, Loading } from '../parts/states';
import { refuse, tell } from '../parts/toast';
import { usePipelines } from './pipelines';
import { useStep } from './steps';
import { fieldOf, KINDS, plural, type KindName } from './table';
import { Moment, Value } from './value';

interface Column {
  key: string;
  title: string;
}

type Pages = InfiniteData<Page<AnyRecord>, string | undefined>;

interface BoardProps {
  kind: KindName;
  where: Record<string, string>;
  text: string;
}

export function Board({ kind, where, text }: BoardProps) {
  const speech = useSpeech();
  const { w } = speech;
  const pipelines = usePipelines();
  const client = useQueryClient();
  const [chosen, setChosen] = useState<string | null>(null);
  const [step, dialog] = useStep();
  const status = KINDS[kind].status ?? 'status';
  const pipeline = pipelines.find((one) => one.id === (where.pipeline ?? chosen)) ?? pipelines[0];
  const columns: Column[] =
    kind === 'deal'
      ? (pipeline?.stages ?? []).map(({ key, title }) => ({ key, title }))
      : (fieldOf(kind, status).choices ?? []).map((key) => ({ key, title: speech.choice(key) }));
  const { [status]: _, ...others } = where;
  const filters = kind === 'deal' && pipeline ? { ...others, pipeline: pipeline.id } : others;
  const keyOf = (column: string) => ['find', kind, 'board', column, filters];
  const titleOfColumn = (key: string) => columns.find((column) => column.key === key)?.title ?? key;

  /** Puts a card into another column at once; gives what puts it back. */
  const lift = (record: AnyRecord, to: string) => {
    const [from, onto] = [keyOf(String(record[status])), keyOf(to)];
    const before = [client.getQueryData<Pages>(from), client.getQueryData<Pages>(onto)] as const;
    client.setQueryData<Pages>(from, (pages) => pages && without(pages, record.id));
    client.setQueryData<Pages>(onto, (pages) => pages && withFirst(pages, { ...record, [status]: to }));
    return () => {
      client.setQueryData(from, before[0]);
      client.setQueryData(onto, before[1]);
    };
  };

  const move = async (record: AnyRecord, to: string) => {
    const title = titleOf(record, speech);
    const putBack = lift(record, to);
    try {
      if (await step(record, to)) tell(speech.fill(w.moved, { title, stage: titleOfColumn(to) }));
      else putBack();
    } catch (error) {
      putBack();
      refuse(error, speech, speech.fill(w.notMoved, { title, stage: titleOfColumn(String(record[status])) }));
    }
    void client.invalidateQueries({ queryKey: ['find', kind] });
  };

  const dropped = ({ draggableId, source, destination }: DropResult) => {
    if (!destination || destination.droppableId === source.droppableId) return;
    const pages = client.getQueryData<Pages>(keyOf(source.droppableId));
    const record = pages?.pages.flatMap((page) => page.items).find((one) => one.id === draggableId);
    if (record) void move(record, destination.droppableId);
  };

  if (kind === 'deal' && !pipeline) return <Loading />;
  return (
    <>
      {kind === 'deal' && pipelines.length > 1 && !where.pipeline && (
        <Select mb="sm" maw={260} aria-label={speech.field('pipeline')} data={pipelines.map((one) => ({ value: one.id, label: one.title }))} value={pipeline?.id ?? null} onChange={setChosen} allowDeselect={false} />
      )}
      <DragDropContext onDragEnd={dropped} nonce={nonce || undefined} dragHandleUsageInstructions={w.dragHint}>
        <div className="board" role="group" aria-label={w.board} tabIndex={0}>
          {columns.map((column) => (
            <BoardColumn key={column.key} kind={kind} column={column} columns={columns} queryKey={keyOf(column.key)} filters={{ ...filters, [status]: column.key }} text={text} onMove={(record, to) => void move(record, to)} />
          ))}
        </div>
      </DragDropContext>
      {dialog}
    </>
  );
}

function without(pages: Pages, id: string): Pages {
  return { ...pages, pages: pages.pages.map((page) => ({ ...page, items: page.items.filter((record) => record.id !== id) })) };
}

function withFirst(pages: Pages, record: AnyRecord): Pages {
  return { ...pages, pages: pages.pages.map((page, at) => (at === 0 ? { ...page, items: [record, ...page.items] } : page)) };
}

interface ColumnProps {
  kind: KindName;
  column: Column;
  columns: Column[];
  queryKey: unknown[];
  filters: Record<string, string>;
  text: string;
  onMove: (record: AnyRecord, to: string) => void;
}

function BoardColumn({ kind, column, columns, queryKey, filters, text, onMove }: ColumnProps) {
  const speech = useSpeech();
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam, signal }) => find(kind, { ...filters, sort: '-updated_at', limit: 30, after: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last: Page<AnyRecord>) => last.next ?? undefined,
  });
  const all = query.data?.pages.flatMap((page) => page.items) ?? [];
  const words = text.toLowerCase();
  const records = all.filter((record) => JSON.stringify(Object.values(record)).toLowerCase().includes(words));
  return (
    <section className="column" aria-label={column.title}>
      <Group justify="space-between" wrap="nowrap" mb={8} px={4}>
        <Title order={2} size="sm" style={{ overflowWrap: 'anywhere' }}>
          {column.title}{' '}
          <Text span c="dimmed" size="sm" fw={400}>
            {query.data ? `${records.length}${query.hasNextPage ? '+' : ''}` : ''}
          </Text>
        </Title>
        <Text size="xs" c="dimmed" style={{ whiteSpace: 'nowrap' }}>
          {sums(records).map((sum) => speech.short(sum)).join(' · ')}
        </Text>
      </Group>
      {query.isError && !query.data && <Failed error={query.error} retry={() => void query.refetch()} />}
      {query.isPending && <Loading />}
      <Droppable droppableId={column.key}>
        {(drop, { isDraggingOver }) => (
          <div ref={drop.innerRef} {...drop.droppableProps} className={`column-cards${isDraggingOver ? ' column-over' : ''}`}>
            {records.map((record, at) => (
              <BoardCard key={record.id} record={record} at={at} columns={columns} here={column.key} onMove={onMove} />
            ))}
            {drop.placeholder}
            {query.data && records.length === 0 && !isDraggingOver && (
              <Text size="sm" c="dimmed" ta="center" py="lg">
                {speech.w.emptyColumn}
              </Text>
            )}
          </div>
        )}
      </Droppable>
      {query.hasNextPage && (
        <Button fullWidth size="xs" variant="subtle" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {speech.w.more}
        </Button>
      )}
    </section>
  );
}

/** What the cards come to, currency by currency. */
function sums(records: AnyRecord[]): Money[] {
  const totals = new Map<string, number>();
  for (const { amount } of records as unknown as { amount?: Money | null }[]) {
    if (amount) totals.set(amount.currency, (totals.get(amount.currency) ?? 0) + amount.minor);
  }
  return [...totals].map(([currency, minor]) => ({ currency, minor }));
}

interface CardProps {
  record: AnyRecord;
  at: number;
  columns: Column[];
  here: string;
  onMove: (record: AnyRecord, to: string) => void;
}

function BoardCard({ record, at, columns, here, onMove }: CardProps) {
  const speech = useSpeech();
  const { w } = speech;
  const spec = KINDS[record.kind];
  const title = titleOf(record, speech);
  const owner = record[spec.owner ?? ''];
  const more = record.kind === 'deal' ? 'company' : 'name';
  return (
    <Draggable draggableId={record.id} index={at}>
      {(drag, { isDragging }) => (
        // A group, not a button as the library has it: there are a link and a menu inside.
        <div ref={drag.innerRef} {...drag.draggableProps} {...drag.dragHandleProps} role="group" aria-label={title} className={`board-card${isDragging ? ' board-lifted' : ''}`}>
          <Group justify="space-between" wrap="nowrap" align="flex-start" gap={4}>
            <RouterAnchor to="/$plural/$id" params={{ plural: plural(record.kind), id: record.id }} fw={600} size="sm" c="inherit" draggable={false} style={{ overflowWrap: 'anywhere' }}>
              {title}
            </RouterAnchor>
            <Menu>
              <Menu.Target>
                <ActionIcon variant="subtle" color="gray" size="sm" aria-label={`${w.actions}: ${title}`}>
                  <IconDots size={16} aria-hidden />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                {columns.filter((column) => column.key !== here).map((column) => (
                  <Menu.Item key={column.key} onClick={() => onMove(record, column.key)}>
                    {speech.fill(w.moveTo, { stage: column.title })}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          </Group>
          {Boolean(record[more]) && (
            <Text size="xs" c="dimmed" component="div" truncate>
              <Value field={fieldOf(record.kind, more)} record={record} brief />
            </Text>
          )}
          <Group justify="space-between" mt={6} gap={6} wrap="nowrap">
            <Text size="sm" fw={600}>
              {record.amount ? speech.money(record.amount as Money) : ''}
            </Text>
            <Text size="xs" c="dimmed">
              <Moment value={record.updated_at} brief />
            </Text>
          </Group>
          {typeof owner === 'string' && (
            <Box mt={6} fz="xs">
              <Person id={owner} small />
            </Box>
          )}
        </div>
      )}
    </Draggable>
  );
}
