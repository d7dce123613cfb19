import { Alert, Box, Button, Center, Group, Paper, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { useDocumentTitle } from '@mantine/hooks';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter, useSearch } from '@tanstack/react-router';
import { useEffect, useState, type FormEvent } from 'react';
import { api, done, Problem } from '../api/client';
import icon from '../icon.svg';
import { useSpoken } from '../i18n';
import { saying } from '../parts/toast';
import { meQuery } from '../session';
import { LanguageMenu, ThemeButton } from '../shell/controls';

export function SignIn() {
  const { speech, suggest } = useSpoken();
  const { w } = speech;
  const client = useQueryClient();
  const router = useRouter();
  const { to } = useSearch({ from: '/sign-in' });
  useDocumentTitle(`${w.signIn} · Takt`);
  const enter = useMutation({
    mutationFn: (body: { email: string; password: string; code: string | null }) => done(api.POST('/api/v1/session', { body })),
    onSuccess: async ({ user }) => {
      client.clear();
      client.setQueryData(meQuery.queryKey, user ?? null);
      suggest(user?.language);
      // Only to a screen of the console's own.
      router.history.replace(to?.startsWith('/') && !to.startsWith('//') ? to : '/inbox');
    },
  });
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    enter.mutate({ email: String(form.get('email')), password: String(form.get('password')), code: form.get('code') ? String(form.get('code')) : null });
  };
  // Asked for once the password is right, and from then on.
  const asked = enter.error instanceof Problem && ['second_factor_required', 'wrong_code'].includes(enter.error.code);
  const [coded, setCoded] = useState(false);
  useEffect(() => setCoded((before) => before || asked), [asked]);
  return (
    <Center component="main" mih="100dvh" p="md">
      <Box w="100%" maw={400}>
        <Group justify="space-between" mb="lg">
          <Group gap="sm">
            <img src={icon} width={36} height={36} alt="" />
            <Text fw={700} size="xl">
              Takt
            </Text>
          </Group>
          <Group gap={4}>
            <LanguageMenu />
            <ThemeButton />
          </Group>
        </Group>
        <Paper className="card" p="xl" shadow="sm">
          <form onSubmit={submit}>
            <Stack>
              <div>
                <Title order={1}>{w.signIn}</Title>
                <Text c="dimmed" size="sm" mt={4}>
                  {w.welcome}
                </Text>
              </div>
              {enter.isError && !(asked && enter.variables?.code === null) && (
                <Alert color="red" role="alert">
                  {saying(enter.error, speech)}
                </Alert>
              )}
              <TextInput name="email" type="email" label={w.email} autoComplete="username" required withAsterisk={false} autoFocus />
              <PasswordInput name="password" label={w.password} autoComplete="current-password" required withAsterisk={false} />
              {coded && <TextInput name="code" label={w.code} description={w.enterCode} autoComplete="one-time-code" required withAsterisk={false} autoFocus />}
              <Button type="submit" loading={enter.isPending} fullWidth>
                {w.signIn}
              </Button>
            </Stack>
          </form>
        </Paper>
      </Box>
    </Center>
  );
}
