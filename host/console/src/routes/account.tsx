// The person's own password, second factor and sessions.
import { Button, PasswordInput, Stack, Text } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import { api, done, Problem } from '../api/client';
import { SecondFactor } from '../account/second-factor';
import { useSpeech } from '../i18n';
import { ConfirmButton } from '../parts/confirm';
import { Page } from '../parts/page';
import { Section } from '../parts/section';
import { saying, tell } from '../parts/toast';
import { useMe } from '../session';

export function Account() {
  const speech = useSpeech();
  const { w } = speech;
  const me = useMe();
  const change = useMutation({
    mutationFn: (body: { current: string; new: string }) => done(api.PUT('/api/v1/me/password', { body })),
    onSuccess: () => tell(w.passwordSet),
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    change.mutate({ current: String(data.get('current')), new: String(data.get('new')) }, { onSuccess: () => form.reset() });
  };
  const end = async () => {
    await done(api.DELETE('/api/v1/me/sessions'));
    tell(w.sessionsEnded);
  };
  const problem = change.error instanceof Problem ? change.error : null;
  return (
    <Page title={w.account}>
      <Text mb="md">{`${me.name} · ${me.email} · ${speech.choice(me.role ?? 'member')}`}</Text>
      <Stack maw={460} mb="md">
        <Section title={w.changePassword}>
          <form onSubmit={submit}>
            <Stack>
              <input type="hidden" name="username" autoComplete="username" value={me.email} readOnly />
              <PasswordInput name="current" label={w.currentPassword} autoComplete="current-password" required withAsterisk={false} error={problem?.of('current')} />
              <PasswordInput name="new" label={w.newPassword} description={w.passwordHint} autoComplete="new-password" required withAsterisk={false} error={problem?.of('new')} />
              {change.isError && !problem?.errors.length && <Text c="red" size="sm" role="alert">{saying(change.error, speech)}</Text>}
              <Button type="submit" loading={change.isPending}>
                {w.save}
              </Button>
            </Stack>
          </form>
        </Section>
        <SecondFactor />
      </Stack>
      <ConfirmButton label={w.endOtherSessions} question={`${w.endOtherSessions}?`} onConfirm={end} />
    </Page>
  );
}
