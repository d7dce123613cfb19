// Where events are sent to outside, and what became of each message.
import { Badge, Box, Button, Group, Stack, Switch, TagsInput, Text, TextInput } from '@mantine/core';
import { IconPlus, IconWebhook } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, done, Problem, type Schemas } from '../api/client';
import { useSpeech } from '../i18n';
import { Choice, Moment } from '../kinds/value';
import { ConfirmButton } from '../parts/confirm';
import { FormDialog } from '../parts/form-dialog';
import { Page } from '../parts/page';
import { Secret } from '../parts/secret';
import { Empty, Shown } from '../parts/states';
import { Tested } from '../parts/tested';
import { refuse, tell } from '../parts/toast';

type Hook = Schemas['WebhookView'];
const at = (id: string) => ({ params: { path: { id } } });

export function Webhooks() {
  const { w } = useSpeech();
  const client = useQueryClient();
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const query = useQuery({ queryKey: ['webhooks'], queryFn: async () => (await done(api.GET('/api/v1/webhooks'))).items });
  const refresh = () => client.invalidateQueries({ queryKey: ['webhooks'] });
  return (
    <Page title={w.webhooks} aside={<Button size="xs" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>{w.make}</Button>}>
      <Text c="dimmed" mb="md">
        {w.webhooksText}
      </Text>
      {secret && <Secret secret={secret} onClose={() => setSecret(null)} />}
      <Shown query={query}>
        {(hooks) =>
          hooks.length === 0 ? (
            <Empty title={w.noWebhooks} icon={IconWebhook} />
          ) : (
            <Stack gap="sm">
              {hooks.map((hook) => (
                <HookCard key={hook.id} hook={hook} onChange={() => void refresh()} onSecret={setSecret} />
              ))}
            </Stack>
          )
        }
      </Shown>
      {making && <MakeHook onClose={() => setMaking(false)} onMade={(made) => { setMaking(false); setSecret(made); void refresh(); }} />}
    </Page>
  );
}

function MakeHook({ onClose, onMade }: { onClose: () => void; onMade: (secret: string) => void }) {
  const speech = useSpeech();
  const { w } = speech;
  const [url, setUrl] = useState('https://');
  const [events, setEvents] = useState<string[]>(['*']);
  const make = useMutation({
    mutationFn: () => done(api.POST('/api/v1/webhooks', { body: { url, events, condition: null, active: true } })),
    onSuccess: (made) => onMade(made.secret),
  });
  const problem = make.error instanceof Problem ? make.error : null;
  return (
    <FormDialog title={w.webhooks} action={w.create} busy={make.isPending} error={make.error} fields={['url', 'events']} onClose={onClose} onSubmit={() => make.mutate()}>
      <TextInput label={w.url} type="url" value={url} onChange={(event) => setUrl(event.currentTarget.value)} error={problem?.of('url')} data-autofocus />
      <TagsInput label={w.events} description={w.eventsHint} value={events} onChange={setEvents} error={problem?.of('events')} />
    </FormDialog>
  );
}

interface HookProps {
  hook: Hook;
  onChange: () => void;
  onSecret: (secret: string) => void;
}

function HookCard({ hook, onChange, onSecret }: HookProps) {
  const speech = useSpeech();
  const { w } = speech;
  const [open, setOpen] = useState(false);
  const put = useMutation({
    mutationFn: (active: boolean) => done(api.PATCH('/api/v1/webhooks/{id}', { ...at(hook.id), body: { active } as never })),
    onError: (error) => refuse(error, speech),
    onSettled: onChange,
  });
  const test = useMutation({
    mutationFn: () => done(api.POST('/api/v1/webhooks/{id}/test', at(hook.id))),
    onError: (error) => refuse(error, speech),
  });
  const remove = async () => {
    await done(api.DELETE('/api/v1/webhooks/{id}', at(hook.id)));
    onChange();
  };
  const rotate = async () => {
    const made = await done(api.POST('/api/v1/webhooks/{id}/secret', { ...at(hook.id), body: { keep_hours: 24 } }));
    onSecret(made.secret);
    onChange();
  };
  return (
    <Box className="card" p="md" component="article" aria-label={hook.url}>
      <Group justify="space-between">
        <Text fw={600} style={{ overflowWrap: 'anywhere' }}>
          {hook.url}
        </Text>
        <Switch label={w.active} checked={hook.active} onChange={(event) => put.mutate(event.currentTarget.checked)} />
      </Group>
      <Group gap={6} mt={6}>
        {hook.events.map((event) => (
          <Badge key={event} color="indigo">{event}</Badge>
        ))}
        {hook.condition && <span className="mono">{hook.condition}</span>}
      </Group>
      <Group gap="xs" mt="sm">
        <Button size="xs" variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>{w.messages}</Button>
        <Button size="xs" variant="light" loading={test.isPending} onClick={() => test.mutate()}>{w.sendTest}</Button>
        <ConfirmButton label={w.rotate} question={`${w.rotate}?`} onConfirm={rotate} />
        <ConfirmButton label={w.remove} question={`${w.remove}: ${hook.url}?`} danger onConfirm={remove} />
      </Group>
      {test.data && <Box mt="sm"><Tested tested={test.data} /></Box>}
      {open && <Messages hook={hook} />}
    </Box>
  );
}

function Messages({ hook }: { hook: Hook }) {
  const speech = useSpeech();
  const { w } = speech;
  const client = useQueryClient();
  const key = ['webhooks', hook.id, 'messages'];
  const query = useQuery({ queryKey: key, queryFn: () => done(api.GET('/api/v1/webhooks/{id}/messages', at(hook.id))), refetchInterval: 10_000 });
  const resend = async (message: number) => {
    try {
      await done(api.POST('/api/v1/webhooks/{id}/messages/{message}/resend', { params: { path: { id: hook.id, message } } }));
      tell(w.queuedAgain);
    } catch (error) {
      refuse(error, speech);
    }
    await client.invalidateQueries({ queryKey: key });
  };
  return (
    <Shown query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <Text size="sm" c="dimmed" mt="sm">{w.noMessages}</Text>
        ) : (
          <Stack gap={6} mt="sm">
            {items.map((message) => (
              <Group key={message.id} gap="sm">
                <Choice value={message.state} />
                <Text size="sm">{message.name}</Text>
                <Text size="xs" c="dimmed"><Moment value={message.created_at} brief /></Text>
                {message.error && <Text size="xs" className="prose">{message.error}</Text>}
                {message.state !== 'queued' && (
                  <Button size="compact-xs" variant="subtle" onClick={() => void resend(message.id)}>{w.resend}</Button>
                )}
              </Group>
            ))}
          </Stack>
        )
      }
    </Shown>
  );
}
