import { Anchor, Badge, Box, Button, Group, SegmentedControl, Stack, Switch, Text, Title } from '@mantine/core';
import { IconChecks } from '@tabler/icons-react';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import type { Schemas } from '../api/client';
import { asProblem } from '../api/client';
import { pressNotice } from '../api/records';
import { useSpeech } from '../i18n';
import { inboxQuery, markRead, useUnread, type Notice, type Show } from '../inbox';
import { Page } from '../parts/page';
import { useNotices } from '../notices';
import { RecordLink } from '../parts/links';
import { Empty, Failed, Loading } from '../parts/states';
import { refuse, saying } from '../parts/toast';

// Few buttons ask, and this is the first screen.
const Question = lazy(() => import('../parts/question').then((module) => ({ default: module.Question })));

export function Inbox() {
  const speech = useSpeech();
  const { w } = speech;
  const [show, setShow] = useState<Show>('all');
  const unread = useUnread();
  const query = useInfiniteQuery(inboxQuery(show));
  const notices = query.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page title={w.inbox} aside={<Group gap="sm"><NoticesSwitch /><ReadAll notices={notices} unread={unread} /></Group>}>
      <Box maw={820}>
        <SegmentedControl
          mb="md"
          aria-label={w.filters}
          value={show}
          onChange={(value) => setShow(value as Show)}
          data={[
            { value: 'all', label: w.all },
            { value: 'open', label: w.toDo },
            { value: 'unread', label: unread ? `${w.unread} (${unread})` : w.unread },
          ]}
        />
        {query.isPending && <Loading />}
        {query.isError && !query.data && <Failed error={query.error} retry={() => void query.refetch()} />}
        {query.data && notices.length === 0 && <Empty title={w.nothingHere} text={w.nothingInbox} color="teal" icon={IconChecks} />}
        <Stack gap="sm" component="ul" p={0} m={0} style={{ listStyle: 'none' }}>
          {notices.map((notice) => (
            <li key={notice.id}>
              <NoticeCard notice={notice} />
            </li>
          ))}
        </Stack>
        {query.hasNextPage && (
          <Button mt="md" variant="light" loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {w.more}
          </Button>
        )}
      </Box>
    </Page>
  );
}

function NoticesSwitch() {
  const { w } = useSpeech();
  const notices = useNotices();
  if (!notices) return null;
  const [state, ask] = notices;
  return <Switch size="xs" label={w.browserNotices} checked={state === 'on'} onChange={(event) => void ask(event.currentTarget.checked)} error={state === 'denied' ? w.noticesDenied : undefined} />;
}

function ReadAll({ notices, unread }: { notices: Notice[]; unread: number }) {
  const speech = useSpeech();
  const client = useQueryClient();
  const all = useMutation({
    mutationFn: async () => {
      for (const notice of notices.filter((one) => !one.read_at)) await markRead(notice.id);
    },
    onSettled: () => client.invalidateQueries({ queryKey: ['inbox'] }),
    onError: (error) => refuse(error, speech),
  });
  if (!unread) return null;
  return (
    <Button variant="subtle" size="xs" loading={all.isPending} onClick={() => all.mutate()}>
      {speech.w.markAllRead}
    </Button>
  );
}

function NoticeCard({ notice }: { notice: Notice }) {
  const speech = useSpeech();
  const { w } = speech;
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: ['inbox'] });
  const read = useMutation({ mutationFn: () => markRead(notice.id), onSettled: refresh });
  const seen = () => !notice.read_at && read.mutate();
  return (
    <Box component="article" className={`card${notice.read_at ? '' : ' unread'}`} p="md" aria-labelledby={`n-${notice.id}`}>
      <Group justify="space-between" align="flex-start" wrap="nowrap" gap="sm">
        <Box miw={0}>
          <Title order={2} size="h3" id={`n-${notice.id}`} fw={notice.read_at ? 500 : 700}>
            {notice.title}
          </Title>
          <Text size="xs" c="dimmed" component="time" dateTime={notice.created_at} title={speech.moment(notice.created_at)}>
            {speech.ago(notice.created_at)}
          </Text>
        </Box>
        {!notice.read_at && (
          <Anchor component="button" type="button" size="xs" onClick={seen} style={{ whiteSpace: 'nowrap' }}>
            {w.markRead}
          </Anchor>
        )}
      </Group>
      {notice.body && (
        <Text mt="xs" className="prose" size="sm">
          {notice.body}
        </Text>
      )}
      <Group mt="sm" gap="sm" justify="space-between">
        <Actions notice={notice} onDone={() => void refresh()} />
        {notice.about && (
          <Text size="sm" onClick={seen}>
            <RecordLink kind={notice.about.kind} id={notice.about.id} />
          </Text>
        )}
      </Group>
    </Box>
  );
}

/** The buttons; once one was pressed, or somebody else was faster, what came of it stands in their place. */
function Actions({ notice, onDone }: { notice: Notice; onDone: () => void }) {
  const speech = useSpeech();
  const [asking, setAsking] = useState<Schemas['Button'] | null>(null);
  const press = useMutation({
    mutationFn: ({ button, answer }: { button: Schemas['Button']; answer?: string }) => pressNotice(notice.id, button.command, answer),
    onSettled: () => {
      setAsking(null);
      onDone();
    },
  });
  const refused = press.isError ? asProblem(press.error) : null;
  const lost = refused?.code === 'notification_settled';
  const outcome = press.data?.reply?.message ?? (lost ? refused.detail : notice.outcome);
  if (outcome) {
    return (
      <Badge color={lost ? 'orange' : 'teal'} size="lg" role="status" h="auto" py={4} styles={{ label: { whiteSpace: 'normal' } }}>
        {outcome}
      </Badge>
    );
  }
  return (
    <Stack gap="xs">
      <Group gap="xs">
        {notice.buttons?.map((button, at) => (
          <Button
            key={button.command + at}
            size="xs"
            variant={at === 0 ? 'filled' : 'default'}
            loading={press.isPending && press.variables.button.command === button.command}
            disabled={press.isPending}
            onClick={() => (button.asks ? setAsking(button) : press.mutate({ button }))}
          >
            {button.label}
          </Button>
        ))}
      </Group>
      {refused && (
        <Text c="red" size="sm" role="alert">
          {saying(refused, speech)}
        </Text>
      )}
      {asking?.asks && (
        <Suspense fallback={null}>
          <Question
            title={asking.label}
            asks={asking.asks}
            busy={press.isPending}
            onCancel={() => setAsking(null)}
            onAnswer={(answer) => press.mutate({ button: asking, answer })}
          />
        </Suspense>
      )}
    </Stack>
  );
}
