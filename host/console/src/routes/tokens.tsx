// Keys for programs.
import { Badge, Box, Button, Group, Stack, TagsInput, Text, TextInput } from '@mantine/core';
import { IconKey, IconPlus } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { api, done, Problem } from '../api/client';
import { useSpeech } from '../i18n';
import { KINDS } from '../kinds/table';
import { ConfirmButton } from '../parts/confirm';
import { FormDialog } from '../parts/form-dialog';
import { Person } from '../parts/links';
import { Page } from '../parts/page';
import { RecordSelect } from '../parts/record-select';
import { Secret } from '../parts/secret';
import { Empty, Shown } from '../parts/states';

const SCOPES = [
  'admin', 'audit:read', 'commands:write', 'events:read', 'inbound:read', 'inbound:write', 'inbox:write', 'metrics:read', 'notifications:read', 'personal:read',
  'plugins:read', 'plugins:write', 'reports:read', 'runs:read', 'runs:write', 'webhooks:read', 'webhooks:write',
  ...Object.values(KINDS).flatMap(({ plural }) => [`${plural}:read`, `${plural}:write`]).filter((scope) => scope !== 'users:write'),
];

export function Tokens() {
  const speech = useSpeech();
  const { w } = speech;
  const client = useQueryClient();
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const query = useQuery({ queryKey: ['tokens'], queryFn: async () => (await done(api.GET('/api/v1/tokens'))).items });
  const refresh = () => client.invalidateQueries({ queryKey: ['tokens'] });
  const remove = async (id: string) => {
    await done(api.DELETE('/api/v1/tokens/{id}', { params: { path: { id } } }));
    await refresh();
  };
  return (
    <Page title={w.tokens} aside={<Button size="xs" leftSection={<IconPlus size={16} aria-hidden />} onClick={() => setMaking(true)}>{w.make}</Button>}>
      <Text c="dimmed" mb="md">
        {w.tokensText}
      </Text>
      {secret && <Secret secret={secret} onClose={() => setSecret(null)} />}
      <Shown query={query}>
        {(tokens) =>
          tokens.length === 0 ? (
            <Empty title={w.noTokens} icon={IconKey} />
          ) : (
            <Stack gap="xs">
              {tokens.map((token) => (
                <Box key={token.id} className="card" p="sm" component="article" aria-label={token.name}>
                  <Group justify="space-between">
                    <Box style={{ flex: '1 1 240px', minWidth: 0 }}>
                      <Text fw={600}>{token.name}</Text>
                      <Group gap={6} my={4}>
                        {token.scopes.map((scope) => (
                          <Badge key={scope} color={scope === 'admin' ? 'grape' : 'indigo'}>{scope}</Badge>
                        ))}
                      </Group>
                      <Text size="xs" c="dimmed" component="div">
                        {`${speech.field('created_at')}: ${speech.moment(token.at)} · ${w.expires}: ${token.expires_at ? speech.moment(token.expires_at) : w.never}`}
                        {token.user && <>{` · ${w.actsFor}: `}<Person id={token.user} small /></>}
                      </Text>
                    </Box>
                    <ConfirmButton label={w.takeAway} question={speech.fill(w.takeAwayQuestion, { name: token.name })} text={w.takeAwayText} danger onConfirm={() => remove(token.id)} />
                  </Group>
                </Box>
              ))}
            </Stack>
          )
        }
      </Shown>
      {making && <MakeToken onClose={() => setMaking(false)} onMade={(made) => { setMaking(false); setSecret(made); void refresh(); }} />}
    </Page>
  );
}

function MakeToken({ onClose, onMade }: { onClose: () => void; onMade: (secret: string) => void }) {
  const speech = useSpeech();
  const { w } = speech;
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<string[]>([]);
  const [user, setUser] = useState<string | null>(null);
  const [until, setUntil] = useState('');
  const make = useMutation({
    mutationFn: () => done(api.POST('/api/v1/tokens', { body: { name, scopes, user, expires_at: until ? new Date(until).toISOString() : null } })),
    onSuccess: (made) => onMade(made.secret),
  });
  const problem = make.error instanceof Problem ? make.error : null;
  return (
    <FormDialog title={w.tokens} action={w.create} busy={make.isPending} error={make.error} fields={['name', 'scopes', 'user', 'expires_at']} onClose={onClose} onSubmit={() => make.mutate()}>
      <TextInput label={w.name} value={name} onChange={(event) => setName(event.currentTarget.value)} error={problem?.of('name')} data-autofocus />
      <TagsInput label={w.scopes} description={w.scopesHint} data={SCOPES} value={scopes} onChange={setScopes} error={problem?.of('scopes')} maxDropdownHeight={220} />
      <RecordSelect label={`${w.actsFor} (${w.optional})`} kind="user" value={user} onChange={setUser} error={problem?.of('user')} />
      <TextInput label={`${w.expires} (${w.optional})`} type="datetime-local" value={until} onChange={(event) => setUntil(event.currentTarget.value)} error={problem?.of('expires_at')} />
    </FormDialog>
  );
}
