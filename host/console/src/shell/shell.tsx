// What stands around every screen: navigation, the person's menu, and the stream of what happens.
import {
  AppShell, Avatar, Badge, Burger, Group, Menu, NavLink, Text, UnstyledButton, VisuallyHidden,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAlertTriangle, IconBolt, IconCalendar, IconChartBar, IconHandStop, IconInbox, IconKey, IconListSearch, IconLogout, IconMailX, IconPuzzle, IconSend, IconSettings, IconWebhook,
  IconApi, type Icon,
} from '@tabler/icons-react';
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate, useRouter } from '@tanstack/react-router';
import { useEffect } from 'react';
import { api, done } from '../api/client';
import { useLive } from '../api/live';
import icon from '../icon.svg';
import { useSpeech, useSpoken } from '../i18n';
import { useUnread } from '../inbox';
import { KINDS, type KindName } from '../kinds/table';
import { tellOf } from '../notices';
import { Loading } from '../parts/states';
import { meQuery, Signed, useIsAdmin, useMe } from '../session';
import { LanguageMenu, ThemeButton } from './controls';
import { Find } from './find';
import { Offline } from './offline';

/** Where the session has ended, nothing is left that needs the person: the router leads to the sign-in. */
export function Shell() {
  const { data: me } = useSuspenseQuery(meQuery);
  if (!me) return <Loading />;
  return (
    <Signed value={me}>
      <Frame />
    </Signed>
  );
}

function Frame() {
  const { speech, suggest } = useSpoken();
  const { w } = speech;
  const me = useMe();
  const [opened, { toggle, close }] = useDisclosure();
  const navigate = useNavigate();
  const up = useLive((happened) => tellOf(happened, me.id, () => void navigate({ to: '/inbox' })));
  const { pathname } = useLocation();
  useEffect(close, [pathname, close]);
  useEffect(() => suggest(me.language), [me.language]);
  return (
    <AppShell header={{ height: 56 }} navbar={{ width: 236, breakpoint: 'md', collapsed: { mobile: !opened } }} padding="md">
      <a className="skip" href="#main">
        {w.skip}
      </a>
      <AppShell.Header className="bar">
        <Group h="100%" px="md" justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <Burger opened={opened} onClick={toggle} hiddenFrom="md" size="sm" aria-label={w.menu} aria-expanded={opened} />
            <Group gap={8} wrap="nowrap" component={Link} {...{ to: '/inbox' }} className="plain">
              <img src={icon} width={28} height={28} alt="" />
              <Text fw={700} size="lg">
                Takt
              </Text>
            </Group>
          </Group>
          <Find />
          <Group gap={4} wrap="nowrap">
            <LanguageMenu />
            <ThemeButton />
            <PersonMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label={w.menu} p="xs" className="nav">
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="main" tabIndex={-1} style={{ outline: 'none' }}>
        {!up && <Offline />}
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

const kindsWhere = (hidden: boolean) => (Object.keys(KINDS) as KindName[]).filter((kind) => Boolean(KINDS[kind].hidden) === hidden);

function Navigation() {
  const speech = useSpeech();
  const { w } = speech;
  const unread = useUnread();
  const admin = useIsAdmin();
  const item = (to: string, label: string, Sign: Icon, count = 0) => (
    <Item key={to} to={to} label={label} icon={Sign} count={count} told={count ? speech.count(w.newNotices, count) : undefined} />
  );
  const ofKind = (kind: KindName) => item(`/${KINDS[kind].plural}`, speech.named(w.plurals, kind), KINDS[kind].icon);
  return (
    <>
      {item('/inbox', w.inbox, IconInbox, unread)}
      {item('/calendar', w.calendar, IconCalendar)}
      {kindsWhere(false).map(ofKind)}
      {item('/reports', w.reports, IconChartBar)}
      {admin && (
        <>
          <Heading text={w.automation} />
          {item('/plugins', w.plugins, IconPuzzle)}
          {item('/runs', w.runs, IconBolt)}
          {item('/failures', w.failures, IconAlertTriangle)}
          {item('/dead-letters', w.deadLetters, IconMailX)}
          {item('/holds', w.holds, IconHandStop)}
          {item('/webhooks', w.webhooks, IconWebhook)}
          <Heading text={w.administration} />
          {kindsWhere(true).map(ofKind)}
          {item('/channels', w.channels, IconSend)}
          {item('/tokens', w.tokens, IconKey)}
          {item('/audit', w.audit, IconListSearch)}
        </>
      )}
    </>
  );
}

function Heading({ text }: { text: string }) {
  return (
    <Text size="xs" fw={700} c="dimmed" tt="uppercase" px="sm" pt="md" pb={4}>
      {text}
    </Text>
  );
}

interface ItemProps {
  to: string;
  label: string;
  icon: Icon;
  count: number;
  told?: string;
}

function Item({ to, label, icon: Sign, count, told }: ItemProps) {
  const { pathname } = useLocation();
  const here = pathname === to || pathname.startsWith(`${to}/`);
  const badge = (
    <Badge variant="filled" size="sm" circle={count < 10} aria-label={told}>
      {count > 99 ? '99+' : count}
    </Badge>
  );
  return (
    <NavLink
      component={Link}
      to={to}
      label={label}
      active={here}
      aria-current={here ? 'page' : undefined}
      leftSection={<Sign size={18} stroke={1.7} aria-hidden />}
      rightSection={count > 0 ? badge : null}
      style={{ borderRadius: 8 }}
      py={6}
    />
  );
}

function PersonMenu() {
  const { w } = useSpeech();
  const me = useMe();
  const client = useQueryClient();
  const router = useRouter();
  const leave = async () => {
    await done(api.DELETE('/api/v1/session')).catch(() => undefined);
    client.clear();
    await router.navigate({ to: '/sign-in', search: { to: undefined } });
  };
  return (
    <Menu width={230} position="bottom-end">
      <Menu.Target>
        <UnstyledButton ml={4} style={{ borderRadius: 99 }}>
          <Avatar name={me.name} color="initials" radius="xl" size={34} alt="" aria-hidden />
          <VisuallyHidden>{`${w.account}: ${me.name}`}</VisuallyHidden>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>
          <Text fw={600} size="sm">
            {me.name}
          </Text>
          <Text size="xs">{me.email}</Text>
        </Menu.Label>
        <Menu.Item component={Link} to="/account" leftSection={<IconSettings size={16} aria-hidden />}>
          {w.account}
        </Menu.Item>
        <Menu.Item component="a" href="/docs" target="_blank" leftSection={<IconApi size={16} aria-hidden />}>
          {w.apiDocs}
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => void leave()} leftSection={<IconLogout size={16} aria-hidden />}>
          {w.signOut}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
