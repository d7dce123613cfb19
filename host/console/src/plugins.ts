// The installed plugins.
import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { api, done, type Schemas } from './api/client';

export type PluginView = Schemas['PluginView'];
export type PluginDetail = Schemas['PluginDetail'];

export const pluginsQuery = queryOptions({
  queryKey: ['plugins'],
  queryFn: async () => (await done(api.GET('/api/v1/plugins'))).items,
});

export const pluginQuery = (name: string) =>
  queryOptions({ queryKey: ['plugins', name], queryFn: () => done(api.GET('/api/v1/plugins/{name}', at(name))) });

export const at = (name: string) => ({ params: { path: { name } } });

/** A component as the body of a request. */
export const component = (file: File) => ({
  body: file as never,
  headers: { 'Content-Type': 'application/wasm' },
  bodySerializer: (body: unknown) => body as Blob,
});

/** Changes a plugin; what is shown of it follows. */
export function usePluginChange<V>(change: (value: V) => Promise<unknown>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: change,
    onSettled: () => {
      void client.invalidateQueries({ queryKey: ['plugins'] });
      // Its buttons come and go with it.
      void client.invalidateQueries({ queryKey: ['commands'] });
    },
  });
}
