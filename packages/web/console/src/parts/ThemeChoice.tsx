import { setTheme, THEMES, type Theme, useTheme } from '../hooks/theme.js'

const NAMES: Readonly<Record<Theme, string>> = { system: 'System', light: 'Light', dark: 'Dark' }

/** Light, dark, or as the system says. A native select: one stop of the keyboard, short on phones. */
export function ThemeChoice() {
  const theme = useTheme()
  return (
    <select
      aria-label="Theme"
      className="min-h-9 shrink-0 rounded-md border border-line bg-surface px-2 text-sm"
      value={theme}
      onChange={event => setTheme(THEMES.find(name => name === event.target.value) ?? 'system')}
    >
      {THEMES.map(name => (
        <option key={name} value={name}>
          {NAMES[name]}
        </option>
      ))}
    </select>
  )
}
