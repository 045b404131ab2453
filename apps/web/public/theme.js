// Before the first paint: the theme chosen on this device, so that nothing flashes.
try {
  const theme = localStorage.getItem('carrel.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
} catch {
  // Storage may be blocked; the system's theme holds then.
}
