// The person's own second factor: a code of a device beside the password.
import { Alert, Button, Code, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';
import { api, done, Problem } from '../api/client';
import { useSpeech } from '../i18n';
import { Copy } from '../parts/copy';
import { Section } from '../parts/section';
import { saying } from '../parts/toast';
import { meQuery, useMe } from '../session';

export function SecondFactor() {
  const { w } = useSpeech();
  const me = useMe();
  const client = useQueryClient();
  const enrol = useMutation({ mutationFn: (password: string) => done(api.POST('/api/v1/me/second_factor', { body: { password } })) });
  const confirm = useMutation({ mutationFn: (code: string) => done(api.POST('/api/v1/me/second_factor/confirm', { body: { code } })) });
  const remove = useMutation({ mutationFn: (password: string) => done(api.POST('/api/v1/me/second_factor/remove', { body: { password } })) });
  const refresh = () => client.invalidateQueries({ queryKey: meQuery.queryKey });
  if (confirm.data) return <Section title={w.secondFactor}><RecoveryCodes codes={confirm.data.recovery_codes} onDone={() => { confirm.reset(); enrol.reset(); void refresh(); }} /></Section>;
  return (
    <Section title={w.secondFactor}>
      {me.second_factor ? (
        <>
          <Text size="sm" mb="sm">{w.secondFactorOn}</Text>
          <Proof action={w.takeOff} busy={remove.isPending} error={remove.error} onSend={(password) => remove.mutate(password, { onSuccess: () => void refresh() })} />
        </>
      ) : enrol.data ? (
        <Stack>
          <Text size="sm">{w.secretForDevice}</Text>
          <Group gap="xs">
            <Code>{enrol.data.secret}</Code>
            <Copy value={enrol.data.secret} size="compact-xs" />
          </Group>
          <DeviceCode busy={confirm.isPending} error={confirm.error} onSend={(code) => confirm.mutate(code)} />
        </Stack>
      ) : (
        <>
          <Text size="sm" mb="sm">{w.secondFactorText}</Text>
          <Proof action={w.setUp} busy={enrol.isPending} error={enrol.error} onSend={(password) => enrol.mutate(password)} />
        </>
      )}
    </Section>
  );
}

interface AskedProps {
  busy: boolean;
  error: unknown;
  onSend: (text: string) => void;
}

/** Asks for the password: it is the person, and not somebody at their open session. */
function Proof({ action, busy, error, onSend }: AskedProps & { action: string }) {
  const speech = useSpeech();
  const [password, setPassword] = useState('');
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSend(password);
  };
  return (
    <form onSubmit={send}>
      <Stack>
        <PasswordInput label={speech.w.currentPassword} autoComplete="current-password" value={password} onChange={(event) => setPassword(event.currentTarget.value)} required withAsterisk={false} error={error instanceof Problem ? error.of('password') : undefined} />
        <Other error={error} field="password" />
        <Button type="submit" loading={busy} style={{ alignSelf: 'start' }}>{action}</Button>
      </Stack>
    </form>
  );
}

function DeviceCode({ busy, error, onSend }: AskedProps) {
  const { w } = useSpeech();
  const [code, setCode] = useState('');
  const send = (event: FormEvent) => {
    event.preventDefault();
    onSend(code.trim());
  };
  return (
    <form onSubmit={send}>
      <Stack>
        <TextInput label={w.deviceCode} inputMode="numeric" autoComplete="one-time-code" value={code} onChange={(event) => setCode(event.currentTarget.value)} required withAsterisk={false} error={error instanceof Problem ? error.of('code') : undefined} />
        <Other error={error} field="code" />
        <Button type="submit" loading={busy} style={{ alignSelf: 'start' }}>{w.confirm}</Button>
      </Stack>
    </form>
  );
}

/** What went wrong otherwise than with that field. */
function Other({ error, field }: { error: unknown; field: string }) {
  const speech = useSpeech();
  if (!error || (error instanceof Problem && error.of(field))) return null;
  return <Alert color="red" role="alert">{saying(error, speech)}</Alert>;
}

function RecoveryCodes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const { w } = useSpeech();
  return (
    <Stack role="status">
      <Text size="sm">{w.recoveryText}</Text>
      <Code block aria-label={w.recoveryCodes}>{codes.join('\n')}</Code>
      <Group>
        <Copy value={codes.join('\n')} />
        <Button size="xs" onClick={onDone}>{w.done}</Button>
      </Group>
    </Stack>
  );
}
