// One record: its fields, edited in place; its buttons; what points at it; what became of it and why.
import { ActionIcon, Badge, Box, Button, Grid, Group, Menu, Tabs, Text } from '@mantine/core';
import { IconDots, IconTrash } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { isWorkedWith, remove, runs, type AnyRecord } from '../api/records';
import { useSpeech } from '../i18n';
import { Commands } from '../kinds/commands';
import { Embed } from '../kinds/embed';
import { FieldRow } from '../kinds/field-row';
import { History } from '../kinds/history';
import { OwnFields, useOwnFields } from '../kinds/own-fields';
import { Related } from '../kinds/related';
import { useStep } from '../kinds/steps';
import { fieldOf, kindOf, KINDS, plural, type KindName } from '../kinds/table';
import { Timeline } from '../kinds/timeline';
import { UserActions } from '../kinds/user-actions';
import { Value } from '../kinds/value';
import { Paper } from '../papers/paper';
import { PaymentButton } from '../papers/payment';
import { TemplateEditor } from '../papers/template-editor';
import { ConfirmDialog } from '../parts/confirm';
import { recordQuery, titleOf } from '../parts/links';
import { Page } from '../parts/page';
import { RouterAnchor } from '../parts/router-link';
import { RunList } from '../parts/run-list';
import { Failed, Loading } from '../parts/states';
import { refuse, tell } from '../parts/toast';
import { useIsAdmin } from '../session';
import { NotFound } from './not-found';

export function RecordPage() {
  const { plural: name, id } = useParams({ from: '/shell/$plural/$id' });
  const kind = kindOf(name);
  return kind ? <RecordOf key={id} kind={kind} id={id} /> : <NotFound />;
}

function RecordOf({ kind, id }: { kind: KindName; id: string }) {
  const query = useQuery(recordQuery(kind, id));
  if (query.data) return <Sheet record={query.data} />;
  return query.isError ? <Failed error={query.error} retry={() => void query.refetch()} /> : <Loading />;
}

function Sheet({ record }: { record: AnyRecord }) {
  const speech = useSpeech();
  const { w } = speech;
  const { kind } = record;
  const spec = KINDS[kind];
  const above = (
    <Group gap={6} mb={4}>
      <RouterAnchor to="/$plural" params={{ plural: plural(kind) }} size="sm">
        {speech.named(w.plurals, kind)}
      </RouterAnchor>
      {record.number ? <Text size="sm" c="dimmed">{`№ ${record.number}`}</Text> : null}
    </Group>
  );
  return (
    <Page title={titleOf(record, speech)} above={above} aside={<Aside record={record} />}>
      {spec.status && (
        <Group gap="xs" mb="md">
          <Value field={fieldOf(kind, spec.status)} record={record} />
          {spec.owner && (record[spec.owner] ? <Value field={fieldOf(kind, spec.owner)} record={record} /> : <Badge color="yellow">{w.unassigned}</Badge>)}
          <Text size="sm" c="dimmed">
            {speech.ago(record.updated_at)}
          </Text>
        </Group>
      )}
      <Grid gap="md">
        <Grid.Col span={{ base: 12, lg: 7 }}>
          <Box className="card" p="md" component="section" aria-label={w.details}>
            <Fields record={record} />
            <Text size="xs" c="dimmed" mt="sm">
              {`${speech.field('created_at')}: ${speech.moment(record.created_at)} · ${speech.field('updated_at')}: ${speech.moment(record.updated_at)} · ${speech.fill(w.version, { n: record.version })}`}
            </Text>
          </Box>
        </Grid.Col>
        <Grid.Col span={{ base: 12, lg: 5 }}>
          <Side record={record} />
        </Grid.Col>
      </Grid>
    </Page>
  );
}

/** What is filled or usually filled; the rest at a press. */
function Fields({ record }: { record: AnyRecord }) {
  const speech = useSpeech();
  const [all, setAll] = useState(false);
  const own = useOwnFields(record.kind);
  // A template's source stands beside its preview.
  const written = KINDS[record.kind].fields.filter((field) => !(record.kind === 'template' && field.name === 'source'));
  const writable = written.filter((field) => !(field.kept && isAbsent(record[field.name])) && !(own.length > 0 && field.name === 'custom'));
  const first = writable.filter((field) => field.asked || field.shown || !isAbsent(record[field.name]));
  const more = writable.length - first.length;
  return (
    <>
      {(all ? writable : first).map((field) => (
        <FieldRow key={field.name} field={field} record={record} />
      ))}
      {own.length > 0 && <OwnFields record={record} declared={own} />}
      {more > 0 && (
        <Button size="compact-sm" variant="subtle" mt="xs" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? speech.w.fewerFields : speech.count(speech.w.moreFields, more)}
        </Button>
      )}
    </>
  );
}

function isAbsent(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function Side({ record }: { record: AnyRecord }) {
  const { w } = useSpeech();
  const paper = record.kind === 'document' || record.kind === 'invoice';
  const template = record.kind === 'template';
  const lived = isWorkedWith(record.kind);
  return (
    <Tabs defaultValue={paper || template ? 'preview' : lived ? 'timeline' : 'history'} keepMounted={false}>
      <Tabs.List mb="sm">
        {(paper || template) && <Tabs.Tab value="preview">{w.preview}</Tabs.Tab>}
        {lived && <Tabs.Tab value="timeline">{w.timeline}</Tabs.Tab>}
        <Tabs.Tab value="history">{w.history}</Tabs.Tab>
        <Tabs.Tab value="related">{w.related}</Tabs.Tab>
        <Tabs.Tab value="runs">{w.runs}</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="preview">{template ? <TemplateEditor key={record.version} template={record} /> : <Paper record={record} />}</Tabs.Panel>
      <Tabs.Panel value="timeline">
        <Timeline record={record} />
      </Tabs.Panel>
      <Tabs.Panel value="history">
        <History kind={record.kind} id={record.id} version={record.version} />
      </Tabs.Panel>
      <Tabs.Panel value="related">
        <Related record={record} />
      </Tabs.Panel>
      <Tabs.Panel value="runs">
        <RunList queryKey={['runs', 'record', record.id, record.version]} load={(after) => runs(record.kind, record.id, after)} empty={w.noRuns} emptyText={w.noRunsText} />
      </Tabs.Panel>
    </Tabs>
  );
}

/** The rule's buttons, the steps that the kind has, and what is done seldom. */
function Aside({ record }: { record: AnyRecord }) {
  const speech = useSpeech();
  const { w } = speech;
  const admin = useIsAdmin();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [deleting, setDeleting] = useState(false);
  const [step, dialog] = useStep();
  const spec = KINDS[record.kind];
  const refresh = () => client.invalidateQueries({ queryKey: ['record', record.kind, record.id] });
  const go = async (to: string) => {
    try {
      if (await step(record, to)) tell(w.saved);
    } catch (error) {
      refuse(error, speech);
    }
    await refresh();
  };
  const drop = async () => {
    await remove(record.kind, record.id, record.version);
    client.removeQueries({ queryKey: ['record', record.kind, record.id] });
    void client.invalidateQueries({ queryKey: ['find', record.kind] });
    tell(w.deleted);
    await navigate({ to: '/$plural', params: { plural: plural(record.kind) } });
  };
  const writes = admin || !spec.setting;
  return (
    <Group gap="xs">
      <Commands record={record} />
      {record.kind === 'lead' && record.status === 'new' && <Button size="xs" onClick={() => void go('in_progress')}>{w.take}</Button>}
      {record.kind === 'lead' && ['in_progress', 'processing', 'waiting'].includes(String(record.status)) && (
        <Button size="xs" onClick={() => void go('converted')}>{w.convert}</Button>
      )}
      {record.kind === 'task' && record.status === 'open' && <Button size="xs" onClick={() => void go('done')}>{w.done}</Button>}
      {record.kind === 'invoice' && ['issued', 'sent', 'overdue'].includes(String(record.status)) && <PaymentButton invoice={record} />}
      {record.kind === 'form' && <Embed form={record} />}
      {record.kind === 'user' && admin && <UserActions user={record} />}
      {writes && record.kind !== 'organisation' && (
        <Menu position="bottom-end">
          <Menu.Target>
            <ActionIcon variant="default" size={30} aria-label={w.actions}>
              <IconDots size={18} aria-hidden />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item color="red" leftSection={<IconTrash size={16} aria-hidden />} onClick={() => setDeleting(true)}>
              {w.remove}
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      )}
      <ConfirmDialog
        opened={deleting}
        title={speech.fill(w.deleteQuestion, { title: titleOf(record, speech) })}
        text={w.deleteText}
        action={w.remove}
        color="red"
        onClose={() => setDeleting(false)}
        onConfirm={drop}
      />
      {dialog}
    </Group>
  );
}
