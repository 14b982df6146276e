import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
  type VariantColorsResolver,
} from '@mantine/core'

export const accent: MantineColorsTuple = [
  '#eef5fb',
  '#dce9f5',
  '#b6d2ec',
  '#8dbae3',
  '#6aa5db',
  '#5398d6',
  '#4691d5',
  '#357dbd',
  '#1c69ab',
  '#0a5a94',
]

/** Mantine's greys for the dark theme, in step with theme.css: text first, ground last. */
const dark: MantineColorsTuple = [
  '#e2e7eb',
  '#c3cbd1',
  '#a7b1b9',
  '#8b969f',
  '#3b444b',
  '#2a3137',
  '#1c2126',
  '#15191d',
  '#0f1215',
  '#0a0c0e',
]

/** Which of the accents fills a button. */
export const filled = { light: 8, dark: 4 } as const

/** Mantine chooses the ink of filled buttons by the shade of the light theme: white, which the dark theme's accent is too light for. */
const variantColorResolver: VariantColorsResolver = (input) => {
  const colours = defaultVariantColorsResolver(input)
  return input.variant === 'filled' ? { ...colours, color: 'var(--mantine-primary-color-contrast)' } : colours
}

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: filled,
  variantColorResolver,
  colors: { accent, dark },
  autoContrast: true,
  fontFamily: 'var(--sans)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px' },
  defaultRadius: 4,
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs', variant: 'default' } },
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray', size: 28 } },
    TextInput: { defaultProps: { size: 'xs' } },
    Select: { defaultProps: { size: 'xs' } },
    Menu: { defaultProps: { transitionProps: { duration: 0 }, shadow: 'md' } },
    Popover: { defaultProps: { transitionProps: { duration: 0 }, shadow: 'md' } },
    Tooltip: { defaultProps: { openDelay: 400, transitionProps: { duration: 0 } } },
    Modal: { defaultProps: { transitionProps: { duration: 0 } } },
  },
})

/** Mantine's own surfaces take our names, so that there is one set of colours. */
export const cssVariables: CSSVariablesResolver = () => {
  const shared = {
    '--mantine-color-body': 'var(--panel)',
    '--mantine-color-text': 'var(--ink)',
    '--mantine-color-dimmed': 'var(--ink-3)',
    '--mantine-color-placeholder': 'var(--ink-3)',
    '--mantine-color-default': 'var(--panel)',
    '--mantine-color-default-hover': 'var(--hover)',
    '--mantine-color-default-color': 'var(--ink)',
    '--mantine-color-default-border': 'var(--line-strong)',
  }
  return { variables: {}, light: shared, dark: shared }
}
