// Short words about what was just done, or was not.
import { notifications } from '@mantine/notifications';
import { asProblem, OFFLINE } from '../api/client';
import type { Speech } from '../i18n';

export function tell(message: string): void {
  notifications.show({ message, color: 'teal', autoClose: 4000, withBorder: true });
}

/** What a problem says, in a sentence. */
export function saying(error: unknown, speech: Speech): string {
  const problem = asProblem(error);
  return problem.code === OFFLINE ? speech.w.offlineText : problem.detail || speech.w.wrong;
}

export function refuse(error: unknown, speech: Speech, title = speech.w.wrong): void {
  const message = saying(error, speech);
  notifications.show({ title, message, color: 'red', autoClose: 9000, withBorder: true, role: 'alert' });
}
