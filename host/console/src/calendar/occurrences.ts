// What takes place when, and when people are busy.
import { queryOptions } from '@tanstack/react-query';
import { api, done, type Schemas } from '../api/client';
import type { Timed } from './days';

export type Participant = Schemas['Participant'];

export interface Occurrence extends Timed {
  id: string;
  title: string;
  place?: string | null;
  organiser: string;
  participants: Participant[];
}

export const occurrencesQuery = (from: Date, to: Date) =>
  queryOptions({
    queryKey: ['find', 'meeting', 'occurrences', from.getTime(), to.getTime()],
    queryFn: async (): Promise<Occurrence[]> => {
      const query = { from: from.toISOString(), to: to.toISOString() };
      const { items, meetings } = await done(api.GET('/api/v1/occurrences', { params: { query } }));
      const known = new Map((meetings as unknown as Occurrence[]).map((meeting) => [meeting.id, meeting]));
      return items.flatMap((item) => {
        const meeting = known.get(item.meeting);
        if (!meeting) return [];
        const { id, title, place, organiser, participants } = meeting;
        return [{ id, title, place, organiser, participants, from: new Date(item.from), to: new Date(item.to) }];
      });
    },
  });

export const busyQuery = (users: string[], from: Date, to: Date) =>
  queryOptions({
    queryKey: ['find', 'meeting', 'busy', users, from.getTime(), to.getTime()],
    enabled: users.length > 0,
    queryFn: async () => {
      const body = { users, from: from.toISOString(), to: to.toISOString(), minutes: 30, slots: 1 };
      const found = await done(api.POST('/api/v1/availability', { body }));
      return new Map(found.users.map(({ user, busy }) => [user, busy.map((span): Timed => ({ from: new Date(span.from), to: new Date(span.to) }))]));
    },
  });

/** Whether it keeps that person: they organise it or are invited, and have not declined. */
export function keeps(meeting: Occurrence, user: string): boolean {
  const answer = meeting.participants.find((participant) => participant.user === user)?.answer;
  return answer ? answer !== 'declined' : meeting.organiser === user;
}
