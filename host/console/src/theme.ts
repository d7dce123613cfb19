import { createTheme, type CSSVariablesResolver } from '@mantine/core';

const COLORS = ['indigo', 'blue', 'teal', 'green', 'yellow', 'orange', 'red', 'grape', 'gray', 'cyan', 'violet', 'pink', 'lime'];

export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 7, dark: 7 },
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'system-ui, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", "DejaVu Sans", sans-serif',
  headings: { fontWeight: '650', sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.15rem' }, h3: { fontSize: '1rem' } } },
  components: {
    Modal: { defaultProps: { centered: true } },
    Menu: { defaultProps: { shadow: 'md', withinPortal: true } },
    Select: { defaultProps: { comboboxProps: { shadow: 'md' } } },
    Badge: {
      defaultProps: { variant: 'light', radius: 'sm' },
      // A word that says where something stands is never cut.
      styles: { root: { maxWidth: 'none', flexShrink: 0, textTransform: 'none' }, label: { overflow: 'visible', fontWeight: 600 } },
    },
  },
});

/** Words on tinted grounds, darker or lighter than Mantine has them, so that all of them can be read. */
export const readable: CSSVariablesResolver = () => {
  const tints = (shade: number) =>
    Object.fromEntries(COLORS.map((color) => [`--mantine-color-${color}-light-color`, `var(--mantine-color-${color}-${shade})`]));
  return {
    variables: {},
    light: {
      '--mantine-color-dimmed': '#5a6169',
      '--mantine-color-placeholder': '#6b737b',
      '--mantine-color-anchor': 'var(--mantine-color-indigo-8)',
      '--mantine-color-error': 'var(--mantine-color-red-9)',
      '--takt-ground': '#f4f5f9',
      '--takt-card': '#ffffff',
      '--takt-meeting': '#e4e9fb',
      '--takt-meeting-text': '#1d2b6b',
      '--takt-column': '#e8ebf3',
      ...tints(9),
      '--mantine-color-yellow-light-color': '#8a5300',
      '--mantine-color-orange-light-color': '#a33b06',
      '--mantine-color-green-light-color': '#1d6b2f',
      '--mantine-color-teal-light-color': '#076349',
      '--mantine-color-cyan-light-color': '#0a5c6b',
      '--mantine-color-lime-light-color': '#3d6410',
    },
    dark: {
      '--mantine-color-dimmed': '#a9b0b7',
      '--mantine-color-placeholder': '#8f979f',
      '--mantine-color-anchor': 'var(--mantine-color-indigo-3)',
      '--mantine-color-error': 'var(--mantine-color-red-4)',
      '--takt-ground': '#15171c',
      '--takt-card': '#22262e',
      '--takt-meeting': '#2d3868',
      '--takt-meeting-text': '#e6eafc',
      '--takt-column': '#1a1d24',
      '--mantine-color-body': '#1a1d24',
      '--mantine-color-default': '#262a33',
      '--mantine-color-default-hover': '#2b303a',
      '--mantine-color-default-border': '#383e4a',
      ...tints(2),
    },
  };
};
