// What every page does: choose light or dark, and load the preview when it is asked for.
const root = document.documentElement
const kept = (() => { try { return localStorage.getItem('theme') } catch { return null } })()
if (kept) root.dataset.theme = kept

const theme = document.querySelector('[data-theme-switch]')
if (theme) {
  theme.hidden = false
  theme.addEventListener('click', () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
    root.dataset.theme = dark ? 'light' : 'dark'
    try { localStorage.setItem('theme', root.dataset.theme) } catch { /* a folder on a disk may have no storage */ }
  })
}

const opener = document.querySelector('[data-load-preview]')
if (opener) {
  const open = () => {
    opener.parentElement.hidden = true
    const script = document.createElement('script')
    script.src = opener.dataset.loadPreview
    document.head.append(script)
  }
  opener.parentElement.hidden = false
  opener.addEventListener('click', open)
  if (new URL(location.href).searchParams.has('contains')) open()
}
