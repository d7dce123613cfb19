import react from '@vitejs/plugin-react';
import { readFileSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

const host = process.env.TAKT ?? 'http://127.0.0.1:8080';
const beside = Object.fromEntries(['/api', '/docs', '/health'].map((path) => [path, host]));

/** Stops the build where a part of Mantine is used whose styles no list names. */
function mantineStyles(): Plugin {
  const lists = ['src/styles.ts', 'src/parts/schema-styles.ts'];
  const styles = lists.map((list) => readFileSync(new URL(list, import.meta.url), 'utf8')).join('');
  return {
    name: 'mantine-styles',
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? Object.keys(file.modules) : []));
      const used = modules.flatMap((id) => /@mantine\/core\/.*\/(\w+)\.module\.mjs$/.exec(id)?.[1] ?? []);
      const missing = used.filter((name) => !styles.includes(`/${name}.css'`));
      if (missing.length > 0) this.error(`src/styles.ts lacks the styles of ${missing.join(', ')}`);
    },
  };
}

export default defineConfig({
  plugins: [react(), mantineStyles()],
  // rjsf's own tests stand in its bundle, and name a validator that the console does without.
  resolve: { alias: { '@rjsf/validator-ajv8': new URL('src/parts/schema-validator.ts', import.meta.url).pathname } },
  build: {
    target: 'es2022',
    // The policy for content allows the host's own files alone, and modern browsers need no polyfill.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
  },
  // `npm run dev` beside a running host.
  server: { proxy: beside },
  preview: { proxy: beside },
});
