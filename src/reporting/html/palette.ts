/**
 * Colours of policies, after Okabe & Ito (2008), told apart with every common colour vision; the darker or lighter of
 * each pair is for the page's light and dark face. Black and yellow are softened so that they show on both.
 */
export const POLICY_COLOURS: readonly { readonly light: string; readonly dark: string }[] = [
  { light: '#0072b2', dark: '#4aa8e8' },
  { light: '#d55e00', dark: '#f0803c' },
  { light: '#009e73', dark: '#22bd90' },
  { light: '#cc79a7', dark: '#e29cc3' },
  { light: '#e69f00', dark: '#eeb23a' },
  { light: '#56b4e9', dark: '#9ad6fa' },
  { light: '#4d4d4d', dark: '#c9c9c9' },
  { light: '#9a8f00', dark: '#f0e442' },
];

/** Dashes tell policies beyond the eighth from those whose colour they share. */
export const DASHES: readonly (readonly number[])[] = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
];

/** Empty to full, for heat maps: one hue, even steps of lightness. */
export const RAMP = {
  light: ['#f3f6f9', '#cfe0ee', '#a3c6e0', '#6ea6cf', '#3c83b6', '#1b5f93', '#0b3c63'],
  dark: ['#1d2329', '#203a50', '#24547a', '#2c74a6', '#4b9bcf', '#8cc5e8', '#dff1fc'],
} as const;

/** The Vega config that makes charts sit in the page: its font, its greys, its colours. */
export function chartTheme(face: 'light' | 'dark'): object {
  const ink = face === 'light' ? '#5b6470' : '#9aa4b0';
  const line = face === 'light' ? '#e4e7eb' : '#2c333b';
  const font = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif';
  return {
    background: 'transparent',
    font,
    axis: {
      labelColor: ink,
      titleColor: ink,
      labelFont: font,
      titleFont: font,
      labelFontSize: 11,
      titleFontSize: 11,
      titleFontWeight: 'normal',
      domain: false,
      ticks: false,
      gridColor: line,
      labelPadding: 6,
      titlePadding: 8,
    },
    style: {
      cell: { stroke: 'transparent' },
      'guide-label': { font, fill: ink, fontSize: 11 },
      'guide-title': { font, fill: ink, fontSize: 11 },
    },
    range: { category: POLICY_COLOURS.map((colour) => colour[face]), heatmap: RAMP[face], ramp: RAMP[face] },
  };
}
