// What an admin does with a user beside editing: passwords and sessions.
import { Button, PasswordInput } from '@mantine/core';
import { useState } from 'react';
import { api, done } from '../api/client';
import type { AnyRecord } from '../api/records';
import { useSpeech } from '../i18n';
import { ConfirmButton, ConfirmDialog } from '../parts/confirm';
import { tell } from '../parts/toast';

export function UserActions({ user }: { user: AnyRecord }) {
  const { w } = useSpeech();
  const [setting, setSetting] = useState(false);
  const [password, setPassword] = useState('');
  const path = { params: { path: { id: user.id } } };
  const set = async () => {
    await done(api.PUT('/api/v1/users/{id}/password', { ...path, body: { password } }));
    setPassword('');
    tell(w.passwordSet);
  };
  const end = async () => {
    await done(api.DELETE('/api/v1/users/{id}/sessions', path));
    tell(w.sessionsEnded);
  };
  return (
    <>
      <Button size="xs" variant="light" onClick={() => setSetting(true)}>
        {w.setPassword}
      </Button>
      <ConfirmButton label={w.endSessions} question={`${w.endSessions}: ${String(user.name)}?`} onConfirm={end} />
      <ConfirmDialog opened={setting} title={`${w.setPassword}: ${String(user.name)}`} action={w.save} onClose={() => setSetting(false)} onConfirm={set}>
        <PasswordInput label={w.newPassword} description={w.passwordHint} value={password} onChange={(event) => setPassword(event.currentTarget.value)} autoComplete="new-password" />
      </ConfirmDialog>
    </>
  );
}
