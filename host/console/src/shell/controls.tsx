import { ActionIcon, Menu, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { IconCheck, IconLanguage, IconMoon, IconSun } from '@tabler/icons-react';
import { LANGUAGES, useSpoken, type Language } from '../i18n';

export function LanguageMenu() {
  const { speech, speak } = useSpoken();
  return (
    <Menu>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={speech.w.language}>
          <IconLanguage size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.keys(LANGUAGES) as Language[]).map((language) => (
          <Menu.Item
            key={language}
            lang={language}
            onClick={() => speak(language)}
            rightSection={language === speech.language ? <IconCheck size={16} aria-hidden /> : null}
          >
            {LANGUAGES[language]}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

export function ThemeButton() {
  const { w } = useSpoken().speech;
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const Sign = scheme === 'light' ? IconMoon : IconSun;
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      size="lg"
      aria-label={w.theme}
      onClick={() => setColorScheme(scheme === 'light' ? 'dark' : 'light')}
    >
      <Sign size={20} aria-hidden />
    </ActionIcon>
  );
}
