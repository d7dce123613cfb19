import './styles';
import '@mantine/notifications/styles.css';
import './console.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { setNonce } from 'get-nonce';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { onSignedOut, Problem } from './api/client';
import { SpeechProvider } from './i18n';
import { makeRouter } from './router';
import { nonce } from './nonce';
import { readable, theme } from './theme';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      // What the host answered stays so; what did not reach it is tried again.
      retry: (failed, error) => failed < 2 && (!(error instanceof Problem) || error.status === 0 || error.status >= 500),
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
});
const router = makeRouter(client);

onSignedOut(() => {
  client.setQueryData(['me'], null);
  void router.invalidate();
});

if (nonce) setNonce(nonce);

const root = document.getElementById('root');
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={readable} defaultColorScheme="auto" getStyleNonce={() => nonce}>
        <QueryClientProvider client={client}>
          <SpeechProvider>
            <Notifications position="bottom-right" />
            <RouterProvider router={router} />
          </SpeechProvider>
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
