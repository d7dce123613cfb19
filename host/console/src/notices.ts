// Notifications of the browser's own, where the person asked for them: for what comes while the console is not looked at.
import { useLocalStorage } from '@mantine/hooks';
import type { Happened } from './api/live';

const KEY = 'takt.notices';

export type Notices = 'on' | 'off' | 'denied';

/** Whether they are told, and what asks for it. Absent where the browser has none. */
export function useNotices(): [Notices, (on: boolean) => Promise<void>] | null {
  const [chosen, choose] = useLocalStorage<Notices>({ key: KEY, defaultValue: 'off' });
  if (!('Notification' in window)) return null;
  const ask = async (on: boolean) => {
    if (on && (await Notification.requestPermission()) !== 'granted') return choose('denied');
    choose(on ? 'on' : 'off');
  };
  return [Notification.permission === 'granted' || chosen === 'denied' ? chosen : 'off', ask];
}

/** Tells of a notification that has come for that person; `look` is what a press leads to. */
export function tellOf({ name, about, record }: Happened, me: string, look: () => void): void {
  if (name !== 'notification.created' || record?.to !== me || document.visibilityState === 'visible') return;
  if (!('Notification' in window) || Notification.permission !== 'granted' || localStorage.getItem(KEY) !== '"on"') return;
  // Several tabs tell of it under one tag: it is shown once.
  const shown = new Notification(record.title ?? '', { body: record.body ?? '', tag: about.id });
  shown.onclick = () => {
    window.focus();
    look();
    shown.close();
  };
}
