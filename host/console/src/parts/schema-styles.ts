// The styles of what only forms made from schemas take of Mantine: see `src/styles.ts`.
import '@mantine/core/styles/Flex.css';
import '@mantine/core/styles/ColorSwatch.css';
import '@mantine/core/styles/ColorPicker.css';
import '@mantine/core/styles/ColorInput.css';
import '@mantine/core/styles/Container.css';
import '@mantine/core/styles/Fieldset.css';
import '@mantine/core/styles/Slider.css';
