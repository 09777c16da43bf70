'use strict'
// Signing in by password, code, passkey and at the school's provider, and the own passkeys. What the server says is
// shown as text, never as markup.
const base = document.documentElement.dataset.base
const byId = (id) => document.getElementById(id)

// Where to go on to: of this school on this server, or nowhere. What leads elsewhere is passed over.
function placeAsked () {
  try {
    const url = new URL(new URLSearchParams(location.search).get('to') || '', location.origin)
    return url.origin === location.origin && url.pathname.startsWith(`${base}/`) ? url.pathname + url.search : null
  } catch {
    return null
  }
}

function say (text) { byId('said').textContent = text }
function bytes (text) {
  return Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (mark) => mark.charCodeAt(0))
}
function spelt (buffer) {
  const text = String.fromCharCode(...new Uint8Array(buffer))
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

async function ask (path, body) {
  const sent = body === undefined ? {} : { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }
  const answer = await fetch(base + path, { ...sent, credentials: 'same-origin' })
  const told = await answer.json()
  if (!answer.ok) {
    const russian = [told.title, told.detail].filter(Boolean).join(': ')
    throw new Error(`${russian} / ${[told.title_en, told.detail_en].filter(Boolean).join(': ')}`)
  }
  return told
}

function button (text, act) {
  const made = document.createElement('button')
  made.type = 'button'
  made.textContent = text
  made.addEventListener('click', () => attempt(act))
  return made
}

async function attempt (act) {
  say('')
  try {
    await act()
  } catch (error) {
    const refused = error.name === 'NotAllowedError'
    say(refused ? 'Ключ не подтверждён. / The passkey was not confirmed.' : error.message)
  }
}

async function showOwn () {
  const { rows } = await ask('/me/passkeys')
  byId('keys').replaceChildren(...rows.map((row) => {
    const item = document.createElement('li')
    item.append(`${row.name} `, button('Удалить / Remove', async () => {
      await ask(`/me/passkeys/${row.id}/removal`, {})
      await showOwn()
    }))
    return item
  }))
}

// Who gave a new way in to this account; says whether something of it is new, so that its holder reads it first.
async function showHelp () {
  const { rows } = await ask('/me/help')
  byId('helped').hidden = !rows.length
  byId('help').replaceChildren(...rows.map((row) => {
    const item = document.createElement('li')
    const english = Object.assign(document.createElement('span'), { className: 'quiet', lang: 'en', textContent: `/ ${row.said_en}` })
    item.append(`${row.said} `, english)
    return item
  }))
  return rows.some((row) => row.is_new)
}

async function follow (told) {
  if (told.next === 'second_factor') {
    byId('password').hidden = byId('provider').hidden = true
    byId('code').hidden = false
    return say('Нужен второй фактор: код или ключ. / The second factor is needed: a code or a passkey.')
  }
  const place = placeAsked()
  const isHeld = await showHelp()
  if (told.next === 'done' && place && !isHeld) return location.replace(place)
  byId('on').hidden = told.next !== 'done' || !place
  for (const id of ['password', 'code', 'passkey', 'provider']) byId(id).hidden = true
  byId('own').hidden = false
  byId('add').hidden = byId('passkey').dataset.taken !== 'yes'
  const more = told.next === 'set_up_second_factor'
  say(more ? 'Вы вошли; вашей роли нужен второй фактор: добавьте ключ. / Signed in; your role needs a second factor: add a passkey.' : 'Вы вошли. / You are signed in.')
  await showOwn()
}

// Back from the provider, or from before: the session that the browser has by now.
async function resume () {
  const answer = await fetch(`${base}/me`, { credentials: 'same-origin' })
  if (!answer.ok) return
  const me = await answer.json()
  await follow({ next: me.next || (me.second_factor_needed ? 'set_up_second_factor' : 'done') })
}

async function leave (code) {
  const place = placeAsked()
  const told = await ask('/openid/sign-in', { ...(code && { code }), ...(place && { to: place }) })
  location.assign(told.location)
}

async function withPasskey () {
  const { publicKey } = await ask('/passkeys/challenge', {})
  const known = (publicKey.allowCredentials || []).map((one) => ({ ...one, id: bytes(one.id) }))
  const made = await navigator.credentials.get({
    publicKey: { ...publicKey, challenge: bytes(publicKey.challenge), allowCredentials: known }
  })
  await follow(await ask('/passkeys/sign-in', {
    id: spelt(made.rawId),
    client_data: spelt(made.response.clientDataJSON),
    authenticator_data: spelt(made.response.authenticatorData),
    signature: spelt(made.response.signature)
  }))
}

async function addPasskey (name) {
  const { publicKey } = await ask('/me/passkeys/set-up', {})
  const known = (publicKey.excludeCredentials || []).map((one) => ({ ...one, id: bytes(one.id) }))
  const user = { ...publicKey.user, id: bytes(publicKey.user.id) }
  const made = await navigator.credentials.create({
    publicKey: { ...publicKey, user, challenge: bytes(publicKey.challenge), excludeCredentials: known }
  })
  const kept = await ask('/me/passkeys', {
    name,
    id: spelt(made.rawId),
    client_data: spelt(made.response.clientDataJSON),
    attestation: spelt(made.response.attestationObject)
  })
  if (kept.recovery_codes.length) {
    byId('recovery').hidden = false
    byId('recovery').textContent = ['Запасные коды, показываются один раз / Recovery codes, shown once:', ...kept.recovery_codes].join('\n')
  }
  say('Ключ добавлен. / The passkey was added.')
  await showOwn()
}

function onSubmit (id, act) {
  byId(id).addEventListener('submit', (event) => {
    event.preventDefault()
    const fields = Object.fromEntries(new FormData(event.target))
    attempt(async () => {
      await act(fields)
      event.target.reset()
    })
  })
}

onSubmit('password', async (fields) => follow(await ask('/sign-in', fields)))
onSubmit('code', async (fields) => follow(await ask('/second-factor', fields)))
onSubmit('provider', (fields) => leave(fields.code.trim()))
onSubmit('add', (fields) => addPasskey(fields.name.trim()))
byId('passkey').hidden = byId('passkey').dataset.taken !== 'yes' || !window.PublicKeyCredential
byId('passkey').firstElementChild.addEventListener('click', () => attempt(withPasskey))
byId('on').firstElementChild.addEventListener('click', () => location.replace(placeAsked()))
byId('out').addEventListener('click', () => attempt(async () => {
  await ask('/sign-out', {})
  location.reload()
}))
attempt(resume)
